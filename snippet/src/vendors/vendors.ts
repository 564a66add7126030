import { adapters } from 'assent:adapters';
import type { Landing } from '../contract.ts';
import { current, has } from '../state.ts';
import type { Adapter } from './adapter.ts';

/** What each vendor that is there was told last; one that has only been held was told nothing. */
const told = new Map<Adapter, boolean | undefined>();

// A vendor's fault keeps neither the next one nor this script from going on.
const guarded = (call: () => void): void => {
  try {
    call();
  } catch (fault) {
    console.error('assent:', fault);
  }
};

/** Tells the vendors that are there of the choice, each only what is new to it. */
export const tellVendors = (landing?: Landing): void => {
  for (const [adapter, services] of adapters) {
    const granted = services.every(has);
    if (!told.has(adapter) || told.get(adapter) === granted || !(granted || current._at)) continue;
    told.set(adapter, granted);
    guarded(() => adapter._tell(granted, landing));
  }
};

/** Holds every vendor until it is told; one whose code comes later is held and told as soon as it is there. */
export const holdVendors = (): void => {
  for (const [adapter] of adapters) {
    const hold = () => {
      guarded(() => adapter._hold?.());
      told.set(adapter, undefined);
    };
    if (adapter._await) {
      adapter._await(() => {
        hold();
        tellVendors();
      });
    } else hold();
  }
};
