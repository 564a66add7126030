import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

/** What DuckDuckGo's autoconsent told about a page, in order. */
export interface Message {
  readonly type: string;
  readonly cmp?: string;
  readonly result?: boolean;
}

interface Settings {
  readonly autoAction: 'optIn' | 'optOut';
  /** Its guess from what a page shows, which needs no rule. */
  readonly heuristicMode: 'off' | 'reject';
  readonly rules: readonly object[];
}

const path = createRequire(import.meta.url)
  .resolve('@duckduckgo/autoconsent')
  .replace(/[^/]+$/, 'autoconsent.playwright.js');

/** Runs autoconsent on a page as its browsers do, and returns the growing list of what it tells. */
export const runAutoconsent = async (page: Page, settings: Settings): Promise<readonly Message[]> => {
  const messages: Message[] = [];
  const { rules, ...config } = settings;
  const answer = {
    type: 'initResp',
    config: { ...config, enabled: true, isMainWorld: true, enableHeuristicDetection: config.heuristicMode !== 'off' },
    rules: { autoconsent: rules },
  };
  await page.exposeFunction('autoconsentSendMessage', (message: Message) => {
    messages.push(message);
    // The tool awaits this call, so that an answer within it would never come.
    if (message.type === 'init') void tell(page, answer);
  });
  await page.addScriptTag({ path });
  return messages;
};

/** Hands the tool a message, without waiting for what it does about it. */
export const tell = (page: Page, message: object): Promise<void> =>
  page.evaluate((one) => void (self as any).autoconsentReceiveMessage(one), message);
