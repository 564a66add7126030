import { type Adapter, page } from './adapter.ts';

// As text, because names that begin with an underscore are shortened.
const START = '_fs_capture_on_startup';

/** FullStory. Its snippet does nothing where it finds a property `FS`; until it is there a grant lets it start itself. */
export const adapter: Adapter = {
  _hold: () => {
    page[START] = false;
  },
  _tell(granted) {
    if (page.FS) page.FS(granted ? 'start' : 'shutdown');
    else page[START] = granted;
  },
};
