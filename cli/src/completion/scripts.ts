// What a shell is told so that it asks us: one small function each, which runs `greenroom __complete WORD…`.

export const shells = ['bash', 'zsh', 'fish'] as const;

export type ShellName = (typeof shells)[number];

// bash breaks words at : and =, so the line is read anew, and what bash has of a word already is cut off the answer
const bash = `# bash completion for greenroom: source <(greenroom completion bash)
_greenroom() {
  local line=\${COMP_LINE:0:COMP_POINT} words last prefix answer directive
  read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  last=\${words[\${#words[@]} - 1]}
  COMPREPLY=()
  answer=$(greenroom __complete "\${words[@]:1}" 2> /dev/null) || return
  directive=\${answer##*:}
  answer=\${answer%:*}
  prefix=
  [[ $last == *[:=]* && $COMP_WORDBREAKS == *:* ]] && prefix=\${last%"\${last##*[:=]}"}
  while IFS=$'\\t' read -r line _; do
    [[ -n $line ]] && COMPREPLY+=("\${line#"$prefix"}")
  done <<< "$answer"
  (( directive & 2 )) && compopt -o nospace 2> /dev/null
  (( directive & 4 )) || compopt -o default 2> /dev/null
  return 0
}
complete -F _greenroom greenroom
`;

const zsh = `#compdef greenroom
# zsh completion for greenroom: source <(greenroom completion zsh), or put it into a folder of $fpath as _greenroom
_greenroom() {
  local -a answer texts shown options
  local line directive
  answer=("\${(@f)$(greenroom __complete "\${(@)words[2,CURRENT]}" 2> /dev/null)}")
  directive=\${answer[-1]#:}
  for line in "\${(@)answer[1,-2]}"; do
    [[ -n $line ]] || continue
    texts+=("\${line%%$'\\t'*}")
    shown+=("\${line/$'\\t'/  -- }")
  done
  (( directive & 2 )) && options=(-S '')
  (( \${#texts} > 0 )) && compadd -l -d shown "\${(@)options}" -- "\${(@)texts}"
  (( directive & 4 )) || _files
}
(( \${+functions[compdef]} )) && compdef _greenroom greenroom
`;

const fish = `# fish completion for greenroom: greenroom completion fish | source
function __greenroom_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l answer (greenroom __complete $words[2..-1] 2> /dev/null)
  set -l directive (string replace : '' -- $answer[-1])
  test (count $answer) -gt 1; and printf '%s\\n' $answer[1..-2]
  contains -- "$directive" 0 2; and __fish_complete_path (commandline -ct)
end
complete -c greenroom -f -a '(__greenroom_complete)'
`;

export const completionScripts: Readonly<Record<ShellName, string>> = { bash, zsh, fish };
