// The ends of the files that a folder is searched for. Data alone: help needs no more.
export const manifestExtensions = ['.yaml', '.yml', '.json'] as const;
