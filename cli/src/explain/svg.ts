// A story as a picture that stands on its own: the order, what is handed over, the times. Pure.
import type { Story } from './story.ts';
import { frame } from './svg-pen.ts';
import { tallPicture } from './svg-tall.ts';
import { widePicture } from './svg-wide.ts';

// more than so many init containers beside each other are wider than a page
const mostColumns = 3;

/** @param isFirst of several on one page; the first brings what the others use too */
export function storySvg(story: Story, isFirst = true): string {
  const inits = story.parts.filter(({ container }) => container.rules.role === 'init');
  return frame(story, inits.length > mostColumns ? tallPicture(story) : widePicture(story), isFirst);
}
