/** What patched functions ask. The stub makes it and the script takes it over, hence names that no build shortens. */
export interface Guard {
  /** Not empty when a request must wait. */
  ask(address: unknown): unknown;
  /** Keeps an attribute from an element that would make a request with it. Tells whether it did. */
  hold(element: HTMLElement, name: string, value: unknown): unknown;
  /** What the stub has kept. */
  held?: Parameters<Guard['hold']>[];
  /** The stub's own watch over the document. */
  observer?: MutationObserver;
}

/** A window, with what is defined in it: the page's own, or that of a blank frame. */
export type Realm = Window & typeof globalThis;

type Instead = (self: never, args: unknown[], go: () => unknown) => unknown;

/**
 * Puts a function before one of the browser's: a setter, a method, a class, or where it is asked for a getter. A proxy
 * keeps the name, length and source text that libraries look at.
 */
export const intercept = (owner: object, name: string, instead: Instead, getter?: 'get'): void => {
  const property = Reflect.getOwnPropertyDescriptor(owner, name);
  if (!property) return;
  const handler: ProxyHandler<never> = {
    apply: (target, self, args) => instead(self as never, args, () => Reflect.apply(target, self, args)),
  };
  if (!IN_STUB) {
    handler.construct = (target, args, made) =>
      instead(undefined as never, args, () => Reflect.construct(target, args, made)) as object;
    // What a page adds to Object.prototype is no part of these; before the stub nothing has added to it.
    for (const object of [property, handler]) Reflect.setPrototypeOf(object, null);
  }
  const kind = !IN_STUB && getter ? getter : property.set ? 'set' : 'value';
  property[kind] = new Proxy(property[kind] as never, handler);
  Reflect.defineProperty(owner, name, property);
};

/** Puts a guard before what scripts make requests with. What must not go fails as it would without a network. */
export const patch = (guard: Guard, realm: Realm): void => {
  for (const kind of ['Script', 'IFrame', 'Image', 'Link'] as const)
    for (const name of ['src', 'srcset', 'href'])
      intercept(
        realm[`HTML${kind}Element`].prototype,
        name,
        (self, [value], go) => guard.hold(self, name, value) || go(),
      );
  intercept(
    realm.Element.prototype,
    'setAttribute',
    (self, [name, value], go) => guard.hold(self, name as string, value) || go(),
  );
  intercept(realm, 'fetch', (_, [input], go) =>
    guard.ask(input instanceof realm.Request ? input.url : input) ? Promise.reject(TypeError()) : go(),
  );
  intercept(realm.XMLHttpRequest.prototype, 'open', (_, args, go) => {
    if (guard.ask(args[1])) args[1] = 'about:invalid';
    return go();
  });
  intercept(realm.Navigator.prototype, 'sendBeacon', (_, [address], go) => !guard.ask(address) && go());
};
