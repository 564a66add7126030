/** What patched functions ask. The stub makes it and the script takes it over, hence names that no build shortens. */
export interface Guard {
  /** Not empty when a request must wait. */
  ask(address: unknown, element?: Element): unknown;
  /** Keeps an attribute from an element that would make a request with it. Tells whether it did. */
  hold(element: HTMLElement, name: string, value: unknown): unknown;
  /** What the stub has kept. */
  held?: Parameters<Guard['hold']>[];
  /** The stub's own watch over the document. */
  observer?: MutationObserver;
}

/** Whether an element makes a request with an attribute. */
export const isLoadedBy = (element: Element, name: unknown): boolean =>
  /^((script|iframe|img) src|link href)/i.test(`${element.localName} ${name}`);

type Instead = (self: never, args: unknown[], go: () => unknown) => unknown;

/** Puts a function before one of the browser's, a setter or a method. A proxy keeps the name, length and source text that libraries look at. */
export const intercept = (owner: object, name: string, instead: Instead): void => {
  const property = Reflect.getOwnPropertyDescriptor(owner, name);
  if (!property) return;
  // What a page adds to Object.prototype is no part of it; before the stub nothing has.
  if (!IN_STUB) Reflect.setPrototypeOf(property, null);
  const kind = property.set ? 'set' : 'value';
  property[kind] = new Proxy(property[kind], {
    apply: (target, self, args) => instead(self as never, args, () => target.apply(self, args)),
  });
  Reflect.defineProperty(owner, name, property);
};

/** Puts a guard before what scripts make requests with. What must not go fails as it would without a network. */
export const patch = (guard: Guard): void => {
  for (const { prototype } of [HTMLScriptElement, HTMLIFrameElement, HTMLImageElement, HTMLLinkElement])
    for (const name of ['src', 'srcset', 'href'])
      intercept(prototype, name, (self, [value], go) => guard.hold(self, name, value) || go());
  intercept(
    Element.prototype,
    'setAttribute',
    (self, [name, value], go) => guard.hold(self, name as string, value) || go(),
  );
  intercept(window, 'fetch', (_, [input], go) =>
    guard.ask((input as Request | undefined)?.url || input) ? Promise.reject(TypeError()) : go(),
  );
  intercept(XMLHttpRequest.prototype, 'open', (_, args, go) => {
    if (guard.ask(args[1])) args[1] = 'about:invalid';
    return go();
  });
  intercept(Navigator.prototype, 'sendBeacon', (_, [address], go) => !guard.ask(address) && go());
};
