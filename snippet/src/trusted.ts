import { attempt } from './attempt.ts';

interface Policy {
  createScript(value: string): string;
  createScriptURL(value: string): string;
  createHTML(value: string): string;
}

declare const trustedTypes: { createPolicy(name: string, rules: Policy): Policy } | undefined;

const asIs = (text: string): string => text;
const plain: Policy = { createScript: asIs, createScriptURL: asIs, createHTML: asIs };

let policy: Policy | undefined;

/**
 * Makes what `require-trusted-types-for 'script'` asks for, once the first is asked for. Where the page does not allow
 * the name, scripts stay off.
 */
export const trusted = (): Policy => (policy ||= attempt(() => trustedTypes!.createPolicy('assent', plain)) || plain);
