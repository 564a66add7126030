type Child = Node | string | false | null | undefined;

/** Makes an element. Texts become text nodes, never markup. */
export const h = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>>,
  ...children: Child[]
): HTMLElementTagNameMap[K] => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((child): child is Node | string => !!child));
  return element;
};

export const button = (action: string, label: string, attributes = {}): HTMLButtonElement =>
  h('button', { 'data-assent-action': action, ...attributes }, label);

/** The buttons of a layer: yes and no alike, and what else it offers. */
export const footer = (texts: Texts, action: string, label: string): HTMLElement =>
  h('div', {}, button('reject-all', texts._rejectAll), button('accept-all', texts._acceptAll), button(action, label));

/** A link; snippetbuild refuses addresses that are not of the web. */
export const link = (address: string, label: string): HTMLAnchorElement | '' =>
  address && h('a', { target: '_blank', href: address }, label);
