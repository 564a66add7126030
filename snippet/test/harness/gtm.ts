// A stand-in for Google Tag Manager's sandbox, as far as our template uses it: the permissions are enforced, and the
// template's own tests run with the functions that its documentation names.
import assert from 'node:assert/strict';

/** The sections of a template file by name. */
export const sectionsOf = (template: string): Record<string, string> =>
  Object.fromEntries(
    Array.from(template.matchAll(/^___(\w+)___\n([\s\S]*?)(?=^___\w+___$|$(?![\s\S]))/gm), ([, name, text]) => [
      name,
      text,
    ]),
  );

interface Value {
  readonly string?: string;
  readonly boolean?: boolean;
  readonly listItem?: readonly Value[];
  readonly mapKey?: readonly Value[];
  readonly mapValue?: readonly Value[];
}

const plain = (value: Value): unknown => {
  if (value.listItem) return value.listItem.map(plain);
  if (!value.mapKey) return value.string ?? value.boolean;
  return Object.fromEntries(value.mapKey.map((key, i) => [key.string, plain(value.mapValue![i]!)]));
};

/** What the permission of that name was given: its parameters as plain values. */
const permission = (permissions: string, id: string): Record<string, any> => {
  const found = JSON.parse(permissions).find((one: any) => one.instance.key.publicId === id);
  assert.ok(found, `there is no permission ${id}`);
  return Object.fromEntries(found.instance.param.map((one: any) => [one.key, plain(one.value)]));
};

type Call = (...args: any[]) => unknown;

// Each API refuses what the template has no permission for, as the sandbox does.
const guards = (permissions: string): Record<string, Call> => {
  const consent = (state: object) => {
    const types = permission(permissions, 'access_consent').consentTypes;
    for (const name of Object.keys(state).filter((one) => one !== 'wait_for_update')) {
      assert.ok(types.find((one: any) => one.consentType === name)?.write, `may not write ${name}`);
    }
  };
  return {
    setDefaultConsentState: consent,
    updateConsentState: consent,
    getCookieValues: (name) => assert.ok(permission(permissions, 'get_cookies').cookieNames.includes(name)),
    createQueue: (name) => {
      const key = permission(permissions, 'access_globals').keys.find((one: any) => one.key === name);
      assert.ok(key?.read && key.write, `may not use ${name}`);
    },
    injectScript: (url) => {
      const urls: string[] = permission(permissions, 'inject_script').urls;
      assert.ok(
        urls.some((one) => url.startsWith(one.replace(/\*$/, ''))),
        `may not load ${url}`,
      );
    },
  };
};

/** Runs one scenario of a template's tests. */
export const runScenario = (sections: Record<string, string>, code: string): void => {
  const calls: [string, unknown[]][] = [];
  const mocks = new Map<string, unknown>();
  const guard = guards(sections.WEB_PERMISSIONS!);
  const api = (name: string): Call => {
    assert.ok(guard[name], `there is no API ${name}`);
    return (...args) => {
      guard[name]!(...args);
      calls.push([name, args]);
      const mocked = mocks.get(name);
      return typeof mocked === 'function' ? mocked(...args) : mocked;
    };
  };
  const template = new Function('require', 'data', sections.SANDBOXED_JS_FOR_WEB_TEMPLATE!);
  const test = new Function('mock', 'runCode', 'assertApi', 'assertThat', code);
  test(
    (name: string, value: unknown) => mocks.set(name, value),
    (data: object) => template(api, data),
    (name: string) => {
      const made = calls.filter(([one]) => one === name).map(([, args]) => args);
      return {
        wasCalledWith: (...args: unknown[]) =>
          assert.ok(
            made.some((one) => equal(one, args)),
            `${name}: ${JSON.stringify(made)}`,
          ),
        wasNotCalled: () => assert.deepEqual(made, [], name),
      };
    },
    (value: unknown) => ({ isEqualTo: (expected: unknown) => assert.deepEqual(value, expected) }),
  );
};

const equal = (one: unknown, other: unknown): boolean => {
  try {
    assert.deepStrictEqual(one, other);
    return true;
  } catch {
    return false;
  }
};

// A block of YAML's literal style, without its indent.
const literal = (text: string, indent: number): string => text.replace(new RegExp(`^ {${indent}}`, 'gm'), '');

/** The scenarios of a template's tests by name, each with the set-up before it. */
export const scenariosOf = (tests: string): [name: string, code: string][] => {
  const [scenarios, setup] = tests.split(/^setup: \|-\n/m) as [string, string];
  const found = scenarios.matchAll(/^- name: (.*)\n {2}code: \|-\n((?: {4}.*\n|\n)+)/gm);
  return Array.from(found, ([, name, code]) => [name!, `${literal(setup, 2)}\n${literal(code!, 4)}`]);
};
