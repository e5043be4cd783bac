// The resale of cloud costs: a file comes in, every tier adds its part, and everybody gets an invoice.
//
// The amounts follow from the file. Sub-accounts of AWS and Microsoft, by name, go round the four customers;
// "cloudnativecoop" is assigned here before the run, "Atlas Orion" after it. What a leg costs is summed by service, in
// euros at 0.9041 for a dollar and back at 1.1061, raised by 8 %, then by 10 or 12 %, then by 20 % or on Compute by 15 %,
// and each service is rounded once, half up.
import { inside } from './journeys.mjs';

const SELLERS = { provider: 1280, distributor: 375, reseller: 1280, dollars: 375 };

/** Who bills whom: the buyer's name, the net amount in cents, one line for each service. */
const LEGS = [
  { seller: 'provider', buyer: 'Harbourline', net: 1972, lines: 31 },
  { seller: 'distributor', buyer: 'Lindenhof', net: 1862, lines: 21, received: 'reseller' },
  { seller: 'distributor', buyer: 'Blue Mesa', net: 348, lines: 26, received: 'dollars' },
  { seller: 'reseller', buyer: 'Sander', net: 136, lines: 14, customer: 'customer' },
  { seller: 'reseller', buyer: 'Winter', net: 2014, lines: 19, customer: 'winter' },
  { seller: 'dollars', buyer: 'Copperleaf', net: 271, lines: 21, customer: 'copperleaf' },
  { seller: 'dollars', buyer: 'Juniper', net: 138, lines: 17, customer: 'juniper' },
];

/** What "Atlas Orion" adds for Sander, on every leg above it: the difference of what is rounded. */
const LATE = [
  { seller: 'provider', buyer: 'Harbourline', net: 27 },
  { seller: 'distributor', buyer: 'Lindenhof', net: 29 },
  { seller: 'reseller', buyer: 'Sander', net: 34 },
];

/** The last amount in a text in whatever language, in cents. */
function cents(text) {
  const amounts = text.match(/[-−]?[€$]?\d[\d.,]*[.,]\d{2}(?!\d)/g) ?? [];
  return Number((amounts.at(-1) ?? 'x').replace(/[.,€$]/g, '').replace('−', '-'));
}

/** The ids of the invoices that a list shows in rows with these words, the latest first. */
async function invoices(person, path, words = '') {
  await person.goes(path);
  const links = person.page.locator('#list tr', { hasText: words }).locator('a[href*="/invoices/inv_"]');
  return (await links.evaluateAll((all) => all.map((a) => /inv_[0-9a-z]{26}/.exec(a.href)[0]))) ?? [];
}

/** Imports the file in the panel; a second time it brings nothing new. */
async function imports(world, provider) {
  const { page, ledger } = provider;
  const counts = async () => (await page.locator('.notice.ok, [role=status].notice').first().innerText()).match(/\d+/g);
  for (const [taken, known] of [
    ['993', '0'],
    ['0', '1000'],
  ]) {
    await provider.goes('/panel/usage');
    await page.setInputFiles('[name=file]', world.sample);
    await provider.sends('form[action="/panel/usage"] button[name=do]');
    const said = await counts();
    ledger.check('the file is taken in once', said?.[0] === taken && said?.[1] === known, String(said));
  }
  await provider.says('focus-1.0-sample.csv');
}

/** Says whose a held sub-account is. */
async function assigns(provider, account, customer) {
  const { page, ledger } = provider;
  await provider.goes('/panel/usage/held');
  const row = page.locator('#list tr', { hasText: account });
  ledger.check(`${account} is held`, (await row.count()) === 1, String(await row.count()));
  const opener = row.locator('[commandfor]');
  const dialog = await opener.getAttribute('commandfor');
  await opener.click();
  await provider.accessible(`${provider.path()} asking`);
  const choice = page.locator(`#${dialog} option`, { hasText: customer }).filter({ hasText: /Cloud/ });
  await page.selectOption(`#${dialog} [name=subscription]`, await choice.first().getAttribute('value'));
  await provider.sends(`#${dialog} form button[name=do], #${dialog} form button[type=submit]`);
  await provider.has('.notice.ok', 'that it is assigned');
  ledger.check(`${account} is not held any more`, (await page.locator('#list tr', { hasText: account }).count()) === 0);
}

/** Reads the markups of a seller's price books, and plans another one from a day to come on. */
async function prices(person, expected, plans) {
  const { page, ledger } = person;
  const shown = [];
  await person.goes('/panel/price-books');
  const books = await page.locator('#list a[href*="/price-books/pbk_"]').evaluateAll((all) => all.map((a) => a.getAttribute('href')));
  for (const book of books) {
    await person.goes(book);
    const text = await page.locator('main section.card', { has: page.locator('td') }).first().innerText();
    shown.push(...(text.match(/\+\d+/g) ?? []));
  }
  const found = shown.sort().join(' ');
  ledger.check(`${person.name}'s price books show ${expected}`, found === expected, found);
  if (!plans) return;
  await person.goes(`${books[0]}/edit`);
  await page.fill('[name=from]', plans.from);
  const rules = page.locator('[name^="rule."]');
  const values = await rules.evaluateAll((all) => all.map((field) => field.value));
  const at = values.indexOf(plans.before);
  ledger.check(`${person.name} can change the markup`, at >= 0, values.join(' '));
  await rules.nth(at).fill(plans.after);
  await person.sends('button[name=do][value=preview]');
  await person.accessible(`${person.path()} looked at first`);
  ledger.check('what was filled in is still there', (await page.locator('[name=from]').inputValue()) === plans.from);
  await person.sends('button[name=do][value=save]');
  await person.has('.notice.ok', 'that the revision is planned');
  const now = await page.locator('main section.card', { has: page.locator('td') }).first().innerText();
  ledger.check('what holds today has not changed', now.includes(`+${plans.before}`), now);
  await person.sends('aside a[href*="revision="], a[href*="revision="]');
  const then = await page.locator('main section.card', { has: page.locator('td') }).first().innerText();
  ledger.check('the planned revision has the new markup', then.includes(`+${plans.after}`), then);
}

/** Bills up to a day in the panel and reads what the page of the run says. */
async function bills(provider, until, { documents }) {
  const { page, ledger } = provider;
  await provider.goes('/panel/billing-runs');
  await page.fill('[name=until]', until);
  await provider.sends('form[action="/panel/billing-runs"] button[name=do]');
  ledger.check('the run has a page', /\/panel\/billing-runs\/brn_/.test(page.url()), page.url());
  const said = (await page.locator('.notice.ok').first().innerText()).match(/\d+/g);
  ledger.check(`the run makes ${documents} documents`, said?.[2] === String(documents) && said?.[3] === '0', String(said));
  return provider.path();
}

/** Fetches a file with the person's own session. */
async function fetches(person, path) {
  const answer = await person.context.request.get(new URL(path, person.base).href, { maxRedirects: 0 });
  return { status: answer.status(), kind: answer.headers()['content-type'] ?? '', body: await answer.body() };
}

/** An invoice as its page shows it, with its files. */
async function reads(person, path, leg) {
  const { page, ledger } = person;
  const what = `${person.name}: the invoice to ${leg.buyer}`;
  await person.goes(path);
  const net = cents(await page.locator('.paper .totals .line .amt').first().innerText());
  ledger.check(`${what} comes to ${leg.net}`, net === leg.net, String(net));
  const lines = await page.locator('.paper table').first().locator('tbody tr:not(.group):not(.total)').allInnerTexts();
  const services = new Set(lines.map((line) => line.split('\n')[0]));
  if (leg.lines) {
    ledger.check(`${what} has a line for each service`, lines.length === leg.lines && services.size === lines.length, `${lines.length} ${services.size}`);
    ledger.check(`${what} is grouped`, (await page.locator('.paper tr.group').count()) >= 1);
    const sum = lines.reduce((sum, line) => sum + cents(line), 0);
    ledger.check(`${what} is the sum of its lines`, sum === leg.net, String(sum));
  }
  const pdf = await fetches(person, `${path}/pdf`);
  ledger.check(`${what} is a PDF`, pdf.kind === 'application/pdf' && pdf.body.subarray(0, 5).toString() === '%PDF-', pdf.kind);
  const csv = await fetches(person, `${path}/details.csv`);
  const [head, ...rows] = csv.body.toString('utf8').trimEnd().split(/\r?\n/);
  ledger.check(`${what} has its detail as CSV`, csv.kind.startsWith('text/csv') && head.startsWith('line,charge,'), `${csv.kind} ${head}`);
  // Counted from the end: what comes before may have commas in quotes.
  const columns = head.split(',');
  const share = columns.indexOf('share_of_line') - columns.length;
  const shares = rows.reduce((sum, row) => sum + Math.round(Number(row.split(',').at(share)) * 100), 0);
  ledger.check(`${what} is the sum of its charges`, shares === leg.net, String(shares));
  const exact = rows.some((row) => /\.\d{5,}/.test(row));
  ledger.check(`${what} has exact amounts behind it`, exact);
}

/** What a person must not see is not there for them. */
async function hidden(person, ids) {
  for (const id of ids)
    for (const path of [`/my/invoices/${id}`, `/panel/invoices/${id}`, `/panel/invoices/${id}/details.csv`, `/panel/invoices/${id}/pdf`, `/my/invoices/${id}/details.csv`]) {
      const { status } = await fetches(person, path);
      const gone = status === 404 || (status >= 300 && status < 400);
      person.ledger.check(`${person.name} does not see ${path.replace(id, 'ID')} of others`, gone, String(status));
    }
}

/** The whole of it. */
export async function resale(world) {
  const sellers = {};
  for (const [role, width] of Object.entries(SELLERS)) sellers[role] = await inside(world, role, { width });
  const { provider } = sellers;

  await imports(world, provider);
  await assigns(provider, 'cloudnativecoop', 'Winter');

  await prices(provider, '+8');
  await prices(sellers.distributor, '+10 +12');
  await prices(sellers.dollars, '+15 +20');
  await prices(sellers.reseller, '+15 +20', { from: '2030-01-01', before: '15', after: '16' });

  const run = await bills(provider, '2024-10-01', { documents: 7 });
  const ids = {};
  for (const leg of LEGS) {
    const seller = sellers[leg.seller];
    [ids[leg.buyer]] = await invoices(seller, '/panel/invoices', leg.buyer);
    await reads(seller, `/panel/invoices/${ids[leg.buyer]}`, leg);
  }

  // Buyers see the same document from their side, and nothing of the legs beside and above it.
  const others = (...own) => LEGS.filter((leg) => !own.includes(leg.buyer)).map((leg) => ids[leg.buyer]);
  for (const leg of LEGS.filter((leg) => leg.received)) {
    const reseller = sellers[leg.received];
    const own = LEGS.filter((below) => below.seller === leg.received).map((below) => below.buyer);
    await reads(reseller, `/panel/invoices/${(await invoices(reseller, '/panel/invoices/received'))[0]}`, leg);
    await hidden(reseller, others(leg.buyer, ...own));
  }
  for (const leg of LEGS.filter((leg) => leg.customer)) {
    const customer = await inside(world, leg.customer, { width: leg.lines % 2 ? 375 : 1280 });
    const listed = await invoices(customer, '/my/invoices');
    world.ledger.check(`${leg.customer} has the invoice`, listed.includes(ids[leg.buyer]), listed.join(' '));
    await reads(customer, `/my/invoices/${ids[leg.buyer]}`, leg);
    await hidden(customer, others(leg.buyer));
    await customer.leaves();
  }

  // Billing again bills nothing; what comes late is billed by exactly what it adds.
  await bills(provider, '2024-10-01', { documents: 0 });
  await assigns(provider, 'Atlas Orion', 'Sander');
  await bills(provider, '2024-10-01', { documents: 3 });
  for (const leg of LATE) {
    const seller = sellers[leg.seller];
    const [late] = await invoices(seller, '/panel/invoices', leg.buyer);
    await reads(seller, `/panel/invoices/${late}`, leg);
  }
  await provider.goes('/panel/billing-runs');
  const kept = await provider.page.locator('#list a[href*="/billing-runs/brn_"]').count();
  world.ledger.check('every run is listed', kept >= 3, String(kept));

  // The pages of the desk once more on a phone.
  const phone = await inside(world, 'provider', { width: 375 });
  for (const path of ['/panel/usage', '/panel/usage/held', '/panel/price-books', '/panel/billing-runs', run, `/panel/invoices/${ids.Harbourline}`]) await phone.goes(path);
  await phone.goes('/panel/price-books');
  await phone.sends('#list a[href*="/price-books/pbk_"]');
  await phone.sends('a[href$="/edit"]');
  await phone.leaves();
  for (const seller of Object.values(sellers)) await seller.leaves();
}
