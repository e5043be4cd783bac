// What people do with the product. Selectors name fields and addresses, never texts of one language.
import { Person } from './browser.mjs';

const CARDS = {
  good: '4242 4242 4242 4242',
  declined: '4000 0000 0000 0002',
  action: '4000 0000 0000 3220',
  later: '4000 0000 0000 0341',
};

const PEOPLE = {
  provider: 'olivia.marsh@northwind.example',
  distributor: 'mats.brandt@harbourline.example',
  reseller: 'jana.vogt@lindenhof.example',
  dollars: 'dana.reyes@bluemesa.example',
  customer: 'petra.sander@moebelwerk-sander.example',
  winter: 'lena.winter@praxis-winter.example',
  copperleaf: 'omar.haddad@copperleaf.example',
  juniper: 'ruth.kim@junipertrail.example',
  vendor: 'noor.lindqvist@tessera.example',
  handworker: 'theo.baker@meridian.example',
};

const arrives = (world, name, window = {}) =>
  Person.arrives(world.browser, world.base, world.ledger, { name, shots: world.shots, ...window });

/** Somebody of the demo, signed in. */
export async function inside(world, role, window) {
  const person = await arrives(world, role, window);
  await person.signsIn(PEOPLE[role], world.password);
  return person;
}

/** Every page that a link leads to, for everybody, at a desk and on a phone. */
export async function crawl(world) {
  for (const [role, width] of [
    ['provider', 1280],
    ['distributor', 375],
    ['reseller', 1280],
    ['customer', 375],
    ['vendor', 1280],
    ['handworker', 375],
  ]) {
    const person = await inside(world, role, { width });
    const start = person.path();
    const waiting = [start];
    const been = new Set();
    while (waiting.length > 0) {
      const path = waiting.shift();
      const kind = path.replace(/[a-z]{3}_[0-9a-z]{26}/g, 'ID').replace(/\?.*/, '');
      if (been.has(kind)) continue;
      been.add(kind);
      await person.goes(path);
      const links = await person.page.$$eval('a[href]', (all) => all.map((a) => new URL(a.href).pathname + new URL(a.href).search));
      // Files are fetched, not visited; other rooms than the person's own have walks of their own.
      waiting.push(...links.filter((link) => link.startsWith(start) && !/\.csv|\/pdf|\/export/.test(link)));
    }
    if (role === 'vendor') await person.goes('/api/v1/docs');
    world.ledger.check(`${role} finds the pages`, been.size >= 8, String(been.size));
    await person.leaves();
  }
}

/** Signs a new company up, verifies its address with the mail that arrives, and signs in. */
async function signsUp(person, { company, country, email, password }) {
  const { page } = person;
  await page.fill('[name=company]', company);
  await page.selectOption('[name=country]', country);
  await page.fill('[name=name]', 'Ada Byron');
  await page.fill('[name=email]', email);
  await page.fill('[name=new_password]', password);
  await person.sends('main form button[name=do]');
  await person.goes(`/demo/outbox?q=${encodeURIComponent(email)}`);
  await person.waitsForAny('#list td a');
  await person.sends('#list td a');
  const link = page.locator('a[href*="/verify-email"]').first();
  await person.goes(new URL(await link.getAttribute('href'), person.base).pathname + new URL(await link.getAttribute('href'), person.base).search);
  await person.sends('main a[href^="/sign-in"]');
  await page.fill('[name=email]', email);
  await page.fill('[name=password]', password);
  await person.sends('main form button[name=do]');
  person.ledger.check(`${person.name} signs in`, !person.path().startsWith('/sign-in'), person.path());
}

/** Address, terms and a new card on the page of the checkout. */
async function fillsAddress(page) {
  for (const [field, value] of [
    ['street', '12 Analytical Row'],
    ['postal_code', '04109'],
    ['city', 'Leipzig'],
  ])
    await page.fill(`[name=${field}]`, value);
  for (const box of await page.locator('main form input[type=checkbox]').all()) await box.check();
  const card = page.locator('[name=payment][value=new_card]');
  if ((await card.count()) > 0) await card.check();
}

async function paysByCard(person, number) {
  const { page } = person;
  await page.check('[name=method][value=new_card]');
  await page.fill('[name=card_number]', number);
  await page.fill('[name=card_expiry]', '12/30');
  await page.fill('[name=card_code]', '123');
  await page.fill('[name=card_name]', 'Ada Byron');
  await person.sends('main form button[name=do]');
}

/** A stranger finds a shop, chooses, signs up, orders, pays, and uses what was ordered. */
export async function visitor(world, { shop, country, locale, width, number }) {
  const person = await arrives(world, `visitor-${shop}`, { locale, width });
  const { page, ledger } = person;
  await person.goes(`/s/${shop}`);
  await person.goes('/?q=workspace');
  await person.has('a[href*="/products/workspace"]', 'what was searched for');
  await person.goes('/?category=collaboration');
  await person.goes('/products/workspace');
  const before = await page.locator('#price').innerText();
  await page.fill('[name="qty.seats"]', '25');
  await page.waitForFunction((old) => document.querySelector('#price').innerText !== old, before);
  ledger.check(`${person.name}: the price follows the quantity`, (await page.locator('#price').innerText()) !== before);

  // What is wrong is said beside the field, and nothing is lost.
  await page.fill('[name="param.workspace"]', 'Not A Name!');
  await person.sends('#configure button[name=do]');
  const stays = person.path().startsWith('/products/');
  if (stays) await person.has('[aria-invalid=true]', 'the field that is wrong');
  await page.goto(new URL('/products/workspace', person.base).href);
  const name = `ada-${number}-${Date.now().toString(36)}`;
  await page.fill('[name="qty.seats"]', '12');
  await page.fill('[name="param.workspace"]', name);
  await person.sends('#configure button[name=do]');
  ledger.check(`${person.name} is asked to sign in`, person.path() === '/sign-in', person.path());
  await person.sends('a[href^="/sign-up"]');
  const company = { company: `Byron ${number} Ltd`, country, email: `ada.${name}@example.com`, password: 'enchantress of numbers' };
  await signsUp(person, company);
  ledger.check(`${person.name} comes back to the product`, person.path() === '/products/workspace', person.path());
  const kept = [await page.inputValue('[name="qty.seats"]'), await page.inputValue('[name="param.workspace"]')];
  ledger.check(`${person.name} finds what was configured`, kept.join(' ') === `12 ${name}`, kept.join(' '));
  await person.sends('#configure button[name=do]');
  ledger.check(`${person.name} comes to the checkout`, person.path().startsWith('/checkout/'), person.path());
  await fillsAddress(page);
  await person.sends('main form button[value=place]');
  ledger.check(`${person.name} has ordered`, /ord_[0-9a-z]{26}/.test(person.path()), `${person.path()} ${await person.text()}`);

  // The vendor's own service delivers.
  await person.goes('/my/subscriptions');
  const link = page.locator('main a[href^="/my/subscriptions/sub_"]').first();
  await person.goes(await link.getAttribute('href'));
  await page.waitForFunction(() => document.querySelector('main a[href*="/workspaces/"]'), null, { timeout: 1 }).catch(() => {});
  await person.waitsFor('/workspaces/');
  const subscription = person.path();

  // A card for what comes, then more seats, looked at first.
  await person.goes(`${subscription}/change`);
  await page.fill('[name="qty.seats"]', '20');
  await page.waitForSelector('#price form [name=quote]', { state: 'attached' });
  await person.accessible(`${subscription} preview`);
  await person.sends('#price form button[name=do]');
  await person.goes(subscription);
  await person.waitsFor('20');
  await person.goes(`${subscription}/activity`);
  await person.goes('/my');
  await person.goes('/my/invoices');
  await person.goes('/my/payment-methods');
  await person.leaves();
}

/** A product that people approve and people deliver, paid before delivery by a card that hesitates. */
export async function byHand(world) {
  const customer = await arrives(world, 'prepaid');
  const { page, ledger } = customer;
  await customer.goes('/s/lindenhof');
  await customer.goes('/sign-up');
  const email = `charles.${Date.now().toString(36)}@example.com`;
  await signsUp(customer, { company: 'Babbage Machines GmbH', country: 'DE', email, password: 'difference engine no. 2' });
  await customer.goes('/products/database');
  for (const field of await page.locator('#configure input[name^="param."]').all())
    if ((await field.getAttribute('required')) !== null) await field.fill('orders');
  await customer.sends('#configure button[name=do]');
  ledger.check('the database comes to the checkout', customer.path().startsWith('/checkout/'), `${customer.path()} ${await customer.text()}`);
  await fillsAddress(page);
  await customer.sends('main form button[value=place]');
  const id = /ord_[0-9a-z]{26}/.exec(customer.path())?.[0];
  ledger.check('the database is ordered', Boolean(id), `${customer.path()} ${await customer.text()}`);
  const order = `/my/orders/${id}`;
  await customer.goes(order);

  const seller = await inside(world, 'reseller');
  await seller.goes('/panel/orders?view=approval');
  await seller.goes(order.replace('/my/', '/panel/'));
  await seller.sends('form[action$="/approve"] button');

  // The first card is declined; the second asks its owner.
  await customer.goes(order);
  await customer.waitsForAny(`a[href="${order}/pay"]`);
  await customer.goes(`${order}/pay`);
  await paysByCard(customer, CARDS.declined);
  await customer.has('.notice.bad', 'why the card was refused');
  await customer.goes(`${order}/pay`);
  await paysByCard(customer, CARDS.action);
  await customer.has('button[value=confirm]', "the bank's question");
  await customer.sends('button[value=confirm]');
  await seller.goes(order.replace('/my/', '/panel/'));

  const vendor = await inside(world, 'handworker');
  await vendor.goes('/vendor');
  await vendor.waitsForAny('#list a[href*="/vendor/tasks/"]');
  const task = vendor.page.locator('#list a[href*="/vendor/tasks/"]').last();
  await vendor.goes(await task.getAttribute('href'));
  await vendor.page.fill('[name="endpoint.1.name"]', 'Database');
  await vendor.page.fill('[name="endpoint.1.url"]', 'https://db-1.meridian.example');
  await vendor.page.fill('[name="secret.1.name"]', 'Password');
  await vendor.page.fill('[name="secret.1.value"]', 'tidal-bronze-19');
  await vendor.page.fill('[name=instructions_en]', 'Connect with your usual client.');
  await vendor.sends('button[value=succeed]');

  await customer.goes('/my/subscriptions');
  await customer.goes(order);
  const subscription = await page.locator('main a[href^="/my/subscriptions/sub_"]').first().getAttribute('href');
  await customer.goes(subscription);
  await customer.waitsFor('https://db-1.meridian.example');
  ledger.check('the secret is hidden', !(await page.content()).includes('tidal-bronze-19'));
  await page.locator('reveal-secret button').first().click();
  await page.waitForFunction(() => document.body.innerText.includes('tidal-bronze-19'));
  for (const person of [customer, seller, vendor]) await person.leaves();
}

/** Moves the sandbox clock on, and waits until everything that falls due on the way is done. */
async function travels(person, button) {
  await person.sends(`form[action="/clock/travel"] button[value="${button}"]`);
  await person.waitsForAny('form[action="/clock/travel"]', 400);
}

/** A running service through the months: changes, renewal, dunning, payment, and its end. */
export async function service(world) {
  const customer = await inside(world, 'customer');
  const { page, ledger } = customer;
  await customer.goes('/my/subscriptions');
  await customer.sends('main a[href^="/my/subscriptions/sub_"]');
  const subscription = customer.path();

  // Fewer seats wait for the next period.
  await customer.goes(`${subscription}/change`);
  const seats = page.locator('input[name^="qty."]').first();
  const held = Number(await seats.inputValue());
  await seats.fill(String(held - 1));
  await page.waitForSelector('#price form [name=quote]', { state: 'attached' });
  await customer.sends('#price form button[name=do]');
  await customer.goes(subscription);
  await customer.has('main .notice', 'the change that waits');

  // Renewal off and on again.
  await customer.confirms('form[action$="/renewal"]');
  await customer.has('.notice.ok', 'that renewal is off');
  await customer.confirms('form[action$="/renewal"]');

  const provider = await inside(world, 'provider');
  await travels(provider, 'P1M');
  await customer.goes('/my/invoices');
  const bills = await page.locator('#list a[href^="/my/invoices/inv_"]').count();
  ledger.check('the month is invoiced', bills >= 2, String(bills));

  // Nobody pays: reminders, then the service is suspended.
  await travels(provider, 'P1M');
  await customer.goes(subscription);
  await customer.waitsForAny('main .head .badge.bad, main .head .badge.warn');
  await customer.goes('/demo/outbox');
  await customer.goes('/my/invoices?state=open');

  // Payment brings it back.
  for (let bill = 0; bill < 8; bill += 1) {
    await page.goto(new URL('/my/invoices?state=open', customer.base).href);
    const open = page.locator('#list a[href^="/my/invoices/inv_"]').first();
    if ((await open.count()) === 0) break;
    await customer.goes(`${await open.getAttribute('href')}/pay`);
    await paysByCard(customer, CARDS.good);
    ledger.check('an invoice is paid', !(await customer.text()).includes('⟦'), customer.path());
  }
  await page.goto(new URL('/my/invoices?state=open', customer.base).href);
  ledger.check('nothing is left to pay', (await page.locator('#list a[href^="/my/invoices/inv_"]').count()) === 0);

  await customer.goes(subscription);
  await customer.waitsForAny('main .head .badge.ok');
  await customer.waitsForAny('a[href$="/cancel"]');

  // The end.
  await customer.goes(`${subscription}/cancel`);
  await page.check('[name=when][value=period_end]').catch(() => {});
  await customer.sends('main form button[value=cancel]');
  await customer.has('.notice.ok', 'that it is cancelled');
  await customer.goes(`${subscription}/activity`);

  // The sellers' side of the same months.
  for (const path of ['/panel', '/panel/invoices', '/panel/payments', '/panel/ledger', '/panel/jobs', '/panel/events', '/panel/mails']) await provider.goes(path);
  await customer.leaves();
  await provider.leaves();
}
