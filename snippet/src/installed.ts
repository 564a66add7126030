/**
 * What a script has put at `window.assent`: this one its API, a page or the stub a queue. An element of that name, and
 * what a page adds to Object.prototype, are not the window's own.
 */
export const installed = <T extends object>(): T | undefined =>
  Reflect.getOwnPropertyDescriptor<object, 'assent'>(window, 'assent')?.value as T | undefined;
