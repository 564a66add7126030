import type { RolesGiven, Site } from '../../../schemas/types.gen.ts';
import { t } from '../language.ts';

const all = ['owner', 'editor', 'analyst', 'officer'];

/** Roles in words. */
export const inWords = (given: RolesGiven, sites: Site[]): string => {
  const named = (role: string) => t.people.named[role] ?? role;
  const nameOf = (site: string) => sites.find(({ id }) => id === site)?.name ?? site;
  const single = Object.entries(given.sites ?? {}).map(([site, role]) => t.people.at(named(role), nameOf(site)));
  return [...(given.all ? [`${named(given.all)}, ${t.people.everywhere.toLowerCase()}`] : []), ...single].join('; ');
};

interface Props {
  /** Tells the fields of several forms on a page apart. */
  of: string;
  given: RolesGiven;
  sites: Site[];
}

/** The fields for a role over all sites and at each. */
export const RolesFields = ({ of, given, sites }: Props) => {
  const single = Object.keys(given.sites ?? {});
  return (
    <>
      <div class="field">
        <label for={`${of}-all`}>{t.people.everywhere}</label>
        <RoleSelect id={`${of}-all`} name="all" role={given.all ?? ''} />
        <p class="hint">{t.people.everywhereHint}</p>
      </div>
      <details open={single.length > 0}>
        <summary>{t.people.single}</summary>
        <div class="single">
          {sites.map(({ id, name }) => (
            <div class="field" key={id}>
              <label for={`${of}-${id}`}>{name}</label>
              <RoleSelect id={`${of}-${id}`} name={`site:${id}`} role={given.sites?.[id] ?? ''} />
            </div>
          ))}
        </div>
      </details>
    </>
  );
};

const RoleSelect = ({ id, name, role }: { id: string; name: string; role: string }) => (
  <select id={id} name={name}>
    <option value="">{t.people.none}</option>
    {all.map((one) => (
      <option key={one} value={one} selected={one === role}>
        {t.people.named[one]}: {t.people.meaning[one]}
      </option>
    ))}
  </select>
);

/** What the fields of a form say. */
export const readRoles = (form: HTMLFormElement): RolesGiven => {
  const data = [...new FormData(form)].map(([name, value]): [string, string] => [name, String(value)]);
  const sites = data.filter(([name, role]) => name.startsWith('site:') && role);
  return {
    all: data.find(([name]) => name === 'all')?.[1] as RolesGiven['all'],
    sites: Object.fromEntries(sites.map(([name, role]) => [name.slice('site:'.length), role])) as RolesGiven['sites'],
  } as RolesGiven;
};
