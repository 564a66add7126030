import { hosts } from 'assent:config';
import { foreign } from './foreign.ts';

/** So much of a path tells services on one host apart. */
const PATH = 64;

const table = new Map<string, HostRule>();
for (const rule of hosts) for (const key of rule._hosts.split(' ')) table.set(key, rule);

interface Address {
  readonly hostname: string;
  readonly pathname: string;
  readonly search: string;
}

/** What is known about an address: the host itself before sets of subdomains, a longer path before a shorter one. */
export const ruleOf = ({ hostname, pathname, search }: Address): HostRule | undefined => {
  const path = (pathname + search).slice(0, PATH);
  for (let host = hostname; host; host = host.replace(/^\.?[^.]+/, '')) {
    for (let length = path.length; length >= 0; length--) {
      const rule = table.get(host + path.slice(0, length));
      if (rule) return rule;
    }
  }
  return undefined;
};

/** Ids of the purpose or the services, any of which must be granted for a request; empty where none is needed. */
export const needs = (address: unknown): string => {
  const url = foreign(address);
  return (url && ruleOf(url)?._ids) || '';
};
