/** Elements that make requests by themselves; `image` is SVG's. */
export const LOADERS = 'script,iframe,frame,img,link,source,video,audio,track,embed,object,input,image';

/** Attributes that they make them with. */
export const NAMES = ['src', 'srcset', 'href', 'xlink:href', 'data', 'poster', 'imagesrcset', 'srcdoc'];

const kinds = LOADERS.split(',');

// A link that only names another page, as the canonical one does, loads nothing. One may still get its relation.
const isNamed = ({ localName, rel }: HTMLLinkElement): boolean =>
  localName === 'link' && !!rel && !/sheet|load|fetch|connect|icon|manifest|prerender/i.test(rel);

/** Whether an element makes a request with an attribute. */
export const isLoadedBy = (element: Element, name: string): boolean =>
  NAMES.includes(name) && kinds.includes(element.localName) && !isNamed(element as HTMLLinkElement);

/** Addresses that markup or a style mentions. */
export const mentionedIn = (text: string): string[] => text.match(/(https?:)?\/\/[^\s"'<>)]+/gi) || [];

/** Addresses in an attribute: all candidates of a set, all that a frame's own page mentions. */
export const addressesIn = (name: string, value: string): string[] => {
  if (name === 'srcdoc') return mentionedIn(value);
  return name.endsWith('srcset') ? value.match(/[^\s,]\S*[^\s,]/g) || [] : [value];
};
