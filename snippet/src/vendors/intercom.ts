import { type Adapter, page, whenSet } from './adapter.ts';

/** Intercom's messenger: switched off in its settings until it is booted. */
export const adapter: Adapter = {
  _await: (appeared) => whenSet('Intercom', appeared),
  _hold: () => {
    page.intercomSettings = { ...page.intercomSettings, disabled: true };
  },
  _tell: (granted) =>
    granted ? page.Intercom('boot', { ...page.intercomSettings, disabled: false }) : page.Intercom('shutdown'),
};
