// The two journeys, walked through the pages: node walk.mjs --sample FILE [--base URL] [--shots DIR] [--only WORDS]
// It expects a fresh demo world at the address, and prints `N passed, N failed, N skipped` at the end.
import { parseArgs } from 'node:util';
import { Ledger, launch } from './browser.mjs';
import { byHand, crawl, service, visitor } from './journeys.mjs';
import { resale } from './resale.mjs';

const { values } = parseArgs({
  options: {
    base: { type: 'string', default: 'http://127.0.0.1:8080' },
    shots: { type: 'string' },
    sample: { type: 'string' },
    only: { type: 'string' },
    password: { type: 'string', default: 'harbour-lantern-42' },
  },
});

const ledger = new Ledger();
const browser = await launch();
const world = { browser, base: values.base, shots: values.shots, sample: values.sample, password: values.password, ledger };
const walks = [
  // Every role's pages first, while the world is as the demo left it.
  ['every page of every role', () => crawl(world)],
  ['the resale of cloud costs', () => resale(world)],
  ['a visitor in dollars, at a desk', () => visitor(world, { shop: 'bluemesa', country: 'US', locale: 'en-US', width: 1280, number: 1 })],
  ['a visitor in euros, on a phone', () => visitor(world, { shop: 'lindenhof', country: 'DE', locale: 'de-DE', width: 375, number: 2 })],
  ['a service delivered by hand', () => byHand(world)],
  ['renewal, dunning and the end', () => service(world)],
];
for (const [name, walk] of walks) {
  if (values.only && !name.includes(values.only)) continue;
  console.log(name);
  try {
    await walk();
  } catch (error) {
    ledger.check(name, false, error.stack ?? String(error));
  }
}
await browser.close();
for (const failure of ledger.failures) console.log(`FAILED ${failure}`);
console.log(`${ledger.passed} passed, ${ledger.failures.length} failed, 0 skipped`);
process.exitCode = ledger.failures.length > 0 || ledger.passed === 0 ? 1 : 0;
