// A browser with manners: every page it comes to is looked at for faults, in light and in dark.
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts Chromium; `CHROMIUM` names another program than the usual one. */
export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
}

/** Counts what was proved and keeps what was not. */
export class Ledger {
  passed = 0;
  failures = [];

  check(what, holds, detail = '') {
    if (holds) this.passed += 1;
    else {
      this.failures.push(`${what}${detail && `: ${detail}`}`);
      console.error(`  FAILED ${what} ${detail}`);
    }
  }
}

/** One person at one window. */
export class Person {
  static async arrives(browser, base, ledger, { name, width = 1280, locale = 'en-GB', shots = null }) {
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      locale,
      timezoneId: 'Europe/Berlin',
      colorScheme: 'light',
    });
    const person = new Person();
    Object.assign(person, { name, base, ledger, context, shots, width, seen: new Set() });
    person.page = await context.newPage();
    person.page.setDefaultTimeout(60_000);
    person.page.on('pageerror', (error) => ledger.check(`${name}: no script fails`, false, error.message));
    person.page.on('response', (response) => {
      if (response.status() >= 500) ledger.check(`${name}: the server answers`, false, `${response.status()} ${response.url()}`);
    });
    person.page.on('request', (request) => {
      if (!request.url().startsWith(base) && !request.url().startsWith('data:'))
        ledger.check(`${name}: no request leaves the house`, false, request.url());
    });
    return person;
  }

  /** Opens an address of the product. */
  async goes(path) {
    const response = await this.page.goto(new URL(path, this.base).href);
    this.ledger.check(`${this.name}: ${path} answers`, response.status() < 400, String(response.status()));
    await this.looks();
  }

  /** Signs in with a password. */
  async signsIn(email, password) {
    await this.goes('/sign-in');
    await this.page.fill('[name=email]', email);
    await this.page.fill('[name=password]', password);
    await this.sends('main form button[name=do]');
    this.ledger.check(`${this.name} signs in`, !this.path().startsWith('/sign-in'), this.path());
  }

  /** Presses what sends a form or follows a link, and waits for the page that answers. */
  async sends(selector) {
    await Promise.all([
      this.page.waitForEvent('framenavigated', (frame) => frame === this.page.mainFrame()),
      this.page.locator(selector).first().click(),
    ]);
    await this.page.waitForLoadState('load');
    await this.looks();
  }

  /** Sends a form, through the dialog that it stands in when there is one. */
  async confirms(form) {
    const dialog = await this.page.locator(`dialog:has(${form})`).first().getAttribute('id', { timeout: 1000 }).catch(() => null);
    if (dialog) {
      await this.page.locator(`[commandfor="${dialog}"]:not(dialog *)`).first().click();
      await this.accessible(`${this.path()} asking`);
    }
    await this.sends(`${form} button[name=do], ${form} button`);
  }

  path() {
    return new URL(this.page.url()).pathname;
  }

  text() {
    return this.page.locator('main').innerText();
  }

  async has(selector, what = selector) {
    this.ledger.check(`${this.name}: ${this.path()} has ${what}`, (await this.page.locator(selector).count()) > 0);
  }

  async says(words) {
    const text = await this.text();
    this.ledger.check(`${this.name}: ${this.path()} says "${words}"`, text.includes(words), text.slice(0, 400));
  }

  /** Reloads until the page says something: what happens in the background takes its moment. */
  async waitsFor(words, attempts = 60) {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      if ((await this.text()).includes(words)) break;
      await this.page.waitForTimeout(250);
      await this.page.reload();
    }
    await this.says(words);
    await this.looks();
  }

  /** The same for something on the page. */
  async waitsForAny(selector, attempts = 120) {
    for (let attempt = 0; attempt < attempts && (await this.page.locator(selector).count()) === 0; attempt += 1) {
      await this.page.waitForTimeout(250);
      await this.page.reload();
    }
    await this.has(selector);
    await this.looks();
  }

  /** Looks for what is wrong with a page, whoever it is for: once for every page, in both colour schemes. */
  async looks() {
    const place = this.path().replace(/[a-z]{3}_[0-9a-z]{26}/g, 'ID');
    const fresh = !this.seen.has(place);
    this.seen.add(place);
    if (!fresh) return;
    const faults = await this.page.evaluate(() => ({
      wide: document.documentElement.scrollWidth - window.innerWidth,
      untold: (document.body.innerText.match(/⟦[^⟧]*⟧|\{ ?\$[a-z]+ ?\}/g) ?? []).join(' '),
      dead: [...document.querySelectorAll('a')].filter((a) => !a.getAttribute('href')).length,
    }));
    this.ledger.check(`${this.name}: ${place} fits the window`, faults.wide <= 0, `${faults.wide} px too wide`);
    this.ledger.check(`${this.name}: ${place} has all its texts`, faults.untold === '', faults.untold);
    this.ledger.check(`${this.name}: ${place} has no empty links`, faults.dead === 0, String(faults.dead));
    for (const scheme of ['dark', 'light']) {
      await this.page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      // Colours that still fade from one scheme to the other are nobody's colours.
      await this.page.evaluate(async () => {
        for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
        for (const animation of document.getAnimations()) animation.finish();
        await new Promise(requestAnimationFrame);
      });
      await this.accessible(`${place} (${scheme})`);
      await this.pictures(`${place}-${scheme}`);
    }
  }

  async accessible(where) {
    if (!(await this.page.evaluate(() => 'axe' in window))) await this.page.evaluate(axe);
    const violations = await this.page.evaluate(async () => {
      const result = await window.axe.run(document, { resultTypes: ['violations'] });
      return result.violations.map((v) => `${v.id} at ${v.nodes.slice(0, 3).map((n) => n.target.join(' ')).join(', ')}`);
    });
    this.ledger.check(`${this.name}: ${where} is accessible`, violations.length === 0, violations.join('; '));
  }

  async pictures(name) {
    if (!this.shots) return;
    await mkdir(this.shots, { recursive: true });
    const file = `${this.name}-${this.width}${name}`.replace(/[^a-zA-Z0-9]+/g, '-');
    await this.page.screenshot({ path: `${this.shots}/${file}.png`, fullPage: true });
  }

  async leaves() {
    await this.context.close();
  }
}
