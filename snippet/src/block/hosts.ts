import { hosts } from 'assent:config';
import { foreign } from './foreign.ts';
import { NEVER } from './never.ts';

interface Known {
  /** What path and query begin with; empty for all. */
  readonly _path: string;
  readonly _rule: HostRule;
}

/** By host, with or without a port, or by .host for all of its subdomains. */
const table = new Map<string, Known[]>();
for (const _rule of hosts)
  for (const key of _rule._hosts.split(' ')) {
    const [host] = key.split('/') as [string];
    table.set(host, [...(table.get(host) || []), { _path: key.slice(host.length), _rule }]);
  }

type Address = Pick<HTMLAnchorElement, 'protocol' | 'hostname' | 'port' | 'pathname' | 'search'>;

const portOf = ({ port, protocol }: Address): string => port || (protocol === 'https:' ? '443' : '80');

/**
 * What is known about an address: the host itself before sets of subdomains, a longer path before a shorter one, one
 * port before all.
 */
export const ruleOf = (address: Address): HostRule | undefined => {
  const path = address.pathname + address.search;
  for (let host = address.hostname; host; host = host.replace(/^\.?[^.]+/, '')) {
    const [first] = [`${host}:${portOf(address)}`, host]
      .flatMap((key) => table.get(key) || [])
      .filter(({ _path }) => path.startsWith(_path))
      .sort((a, b) => b._path.length - a._path.length);
    if (first) return first._rule;
  }
  return undefined;
};

/** Ids of the purpose or the services, any of which must be granted for a request; empty where none is needed. */
export const needs = (address: unknown): string => {
  const link = foreign(address);
  const ids = (link && ruleOf(link)?._ids) || '';
  // Beside a suspended service's requests, those that are only reported go on.
  return HAS_REPORT && ids !== NEVER ? '' : ids;
};
