import { type Adapter, page, whenSet } from './adapter.ts';

/** Pinterest tag. Its snippet does nothing where it finds `pintrk`. */
export const adapter: Adapter = {
  _await: (appeared) => whenSet('pintrk', appeared),
  _hold: () => page.pintrk.queue?.unshift(['setconsent', false]),
  _tell: (granted) => page.pintrk('setconsent', granted),
};
