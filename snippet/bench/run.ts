import type { Notice } from '../../schemas/types.gen.ts';
import { startAssent } from '../test/harness/assent.ts';
import { startBrowser } from '../test/harness/browser.ts';
import { usual } from '../test/harness/notice.ts';
import { ACCEPT, BANNER } from '../test/harness/selectors.ts';
import { type Contender, others } from './contenders.ts';
import { startSite } from './site.ts';
import { print } from './table.ts';
import { type Condition, type Figures, insert, lookAt, weigh } from './visit.ts';

const RUNS = Number(process.env.RUNS || 5);

const conditions: readonly Condition[] = [
  { name: '1x', slowdown: 1 },
  { name: '4x CPU', slowdown: 4 },
  { name: 'slow phone (4x, 150 ms, 1.4 Mbit/s)', slowdown: 4, network: { latency: 150, throughput: 1.4e6 / 8 } },
];

const ours = (name: string, script: string): Contender => ({
  name,
  head: `<script async src="${script}"></script>`,
  body: '<script type="text/plain" data-assent="analytics">{tag}</script>',
  banner: BANNER,
  accept: ACCEPT,
  files: {},
});

const assent = await startAssent();
const site = await startSite();
const browser = await startBrowser();
try {
  const told = { ...usual, languages: ['en'] };
  // What the peers are set up to ask, which is the usual site of the size budget; and with each service told of as the law wants it.
  const { services: _, ...asked } = told;
  const address = async (notice: Notice) =>
    `http://assent.localhost:${assent.port}/s/${await assent.addSite(site.shop, notice)}.js`;
  const contenders = [
    ...(await others()),
    ours('ours with services', await address(told)),
    ours('ours', await address(asked)),
  ];
  const entries = contenders.map((contender) => ({ contender, url: site.add(contender) }));
  const results = conditions.map(() => new Map<string, Figures[]>(contenders.map(({ name }) => [name, []])));
  for (let run = 0; run < RUNS; run++) {
    for (const [i, condition] of conditions.entries()) {
      // Interleaved, and not always in the same order: what the machine does meanwhile meets all alike.
      const first = run % entries.length;
      for (const { contender, url } of [...entries.slice(first), ...entries.slice(0, first)]) {
        const seen = await lookAt(browser, condition, contender, url);
        const weighed = condition.network
          ? {}
          : { ...(await weigh(browser, condition, url)), ...(await insert(browser, condition, url)) };
        results[i]!.get(contender.name)!.push({ ...seen, ...weighed });
      }
    }
    process.stderr.write(`run ${run + 1} of ${RUNS}\n`);
  }
  for (const [i, condition] of conditions.entries()) print(condition, results[i]!);
} finally {
  await browser.close();
  await site.stop();
  await assent.stop();
}
