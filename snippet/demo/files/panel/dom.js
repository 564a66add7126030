/** Makes an element; strings among the children become text. */
export const h = (tag, attributes, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== false));
  return element;
};

/** Replaces what is in an element if it would look otherwise, so that focus and selection survive. */
export const fill = (id, ...children) => {
  const element = document.getElementById(id);
  const next = h('div', {}, ...children);
  const same =
    next.childNodes.length === element.childNodes.length &&
    [...next.childNodes].every((node, i) => node.isEqualNode(element.childNodes[i]));
  if (!same) element.replaceChildren(...next.childNodes);
};

/** A word for a state; the colour only repeats it. */
export const chip = (state, text = state) => h('span', { class: `chip ${state}` }, text);
