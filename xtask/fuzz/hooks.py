"""Hooks of the fuzz run: real ids where the generator makes some up, whole sentences where single words get nowhere, and
a check that nobody is shown what belongs to somebody else."""

import atexit
import hashlib
import json
import os
import re
import urllib.parse

import schemathesis

ID = re.compile(r"\b[a-z]{2,6}_[0-9a-hjkmnp-tv-z]{26}\b")
SURVEY = json.load(open(os.environ["TRADEWIND_FUZZ_SURVEY"]))
WHO = os.environ["TRADEWIND_FUZZ_WHO"]
ACCOUNT = SURVEY["people"][WHO]
POOL = SURVEY["pool"]
SPARED = set(SURVEY["spared"])
FORBIDDEN = SURVEY["forbidden"][WHO]
# Of a hundred made-up ids so many are replaced by ones that exist.
REAL = 80
# Calls that would end the run: they take what the caller itself stands on.
ENDING = {"closeAccount", "revokeApiKey", "updateAccount"}
# How much of what answers name is kept for later calls, for each kind of id.
KEPT = 400

# How often each operation answered with which status.
ANSWERED = {}


@atexit.register
def tell():
    """How far the calls got, for whoever wonders what the run has proved."""
    out = os.environ.get("TRADEWIND_FUZZ_ANSWERED")
    if out:
        json.dump(ANSWERED, open(out, "w"), indent=1, sort_keys=True)


def number(*parts):
    """A number that depends on these parts only, so that a run can be had again."""
    text = json.dumps(parts, sort_keys=True, default=repr)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big")


class Substitution:
    """Puts real ids into one call."""

    def __init__(self, case):
        self.operation = case.operation.definition.raw.get("operationId", "")
        self.seed = number(self.operation, case.path_parameters, case.query, case.body)
        self.count = 0

    def pick(self, options):
        self.count += 1
        return options[number(self.seed, self.count) % len(options)]

    def chance(self, percent):
        self.count += 1
        return number(self.seed, self.count, "chance") % 100 < percent

    def real(self, token):
        known = POOL.get(token.split("_")[0], [])
        if self.operation in ENDING:
            known = [one for one in known if one not in SPARED]
        if not known or not self.chance(REAL):
            return token
        return self.pick(known)

    def walk(self, value):
        if isinstance(value, str):
            return ID.sub(lambda found: self.real(found[0]), value)
        if isinstance(value, list):
            return [self.walk(one) for one in value]
        if isinstance(value, dict):
            return {name: self.walk(one) for name, one in value.items()}
        return value

    def body(self, generated):
        """Sometimes a whole sentence, sometimes one with a single word of the generator's."""
        sentence = SENTENCES.get(self.operation)
        if sentence is None or not self.chance(60):
            return generated
        said = sentence(self)
        if isinstance(generated, dict) and generated and self.chance(50):
            word = self.pick(sorted(generated))
            said[word] = generated[word]
        return said


def purchase(at):
    offer = at.pick(SURVEY["offers"])
    plan = at.pick(offer["offered_plans"])
    quantities = {item["code"]: at.pick(["1", "2", "3", "7", "0", "-1", "1e3", "999999999999", "0.5"]) for item in plan["items"] if at.chance(50)}
    return {
        "customer_id": at.pick([ACCOUNT, *POOL["acc"]]),
        "product_id": offer["product_id"],
        "plan_id": plan["plan_id"],
        "quantities": quantities,
        "parameters": {p["code"]: at.pick(["harbour", "eu", "it@a.example", "a.example", "\x00", "", "x" * 5000]) for p in offer["parameters"]},
        "accepted_terms": offer["terms_version"],
    }


def usage(at):
    records = [
        {
            "source": "fuzz",
            "external_id": f"u{at.pick(range(50))}",
            "subscription_id": at.pick(POOL["sub"]),
            "meter": at.pick(["envelopes", "storage_gb", "cloud_cost", "traffic_gb", "none"]),
            "starts_at": at.pick(["2024-09-05T00:00:00Z", "2024-09-30T23:59:59Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"]),
            "ends_at": "2024-09-30T23:59:59Z",
            "quantity": at.pick(["1", "-1", "0.000000000000001", "79228162514264337593543950335", "1e400", "NaN"]),
        }
        for _ in range(1 + at.pick(range(3)))
    ]
    return {"records": records}


def revision(at):
    model = at.pick(
        [
            {"kind": "markup", "percent": at.pick(["20", "-100", "-101", "1e30", "79228162514264337593543950335"])},
            {"kind": "hidden"},
        ]
    )
    return {
        "effective_on": at.pick(["2024-11-01", "2024-09-01", "9999-12-31"]),
        "note": at.pick(["", "why", "\u0000"]),
        "listings": [dict(model, **at.pick([{}, {"match": {"service_category": "Compute"}}]))],
    }


def coupon(at):
    money = {"amount": at.pick(["10.00", "0.00", "-1.00", "92233720368547758.07"]), "currency": at.pick(["EUR", "USD", "JPY"])}
    said = {
        "name": {"en": "Summer"},
        "benefit": at.pick([
            {"gives": "percentage", "percent": at.pick(["20", "100", "0", "33.333333"])},
            {"gives": "amount", "amount": money},
            {"gives": "price_override", "amount": money},
            {"gives": "trial_extension", "days": at.pick([10, 0, 4000])},
        ]),
    }
    if at.chance(60):
        said["code"] = at.pick(["SUMMER", "summer", "ÄÖ", "x", f"S{at.pick(range(40))}-SALE"])
    if at.chance(40):
        said["periods"] = at.pick([1, 3, 0, 500])
    if at.chance(30):
        said["budget"] = money
    if at.chance(30):
        said["scope"] = {"items": [at.pick(POOL.get("itm", POOL["sub"]))]}
    return said


def dunning(at):
    step = {
        "after_days": at.pick([0, 3, 10, 65535]),
        "action": at.pick(["remind", "retry", "fee", "restrict", "suspend", "terminate", "write_off"]),
    }
    money = {"amount": at.pick(["5.00", "0.00", "92233720368547758.07"]), "currency": at.pick(["EUR", "USD"])}
    if at.chance(30):
        step["at_least"] = [money]
    if step["action"] == "fee" or at.chance(5):
        step["fee"] = {"amounts": [money], "percent": at.pick(["1.5", "100", "0", None])}
    return {"steps": [step], "beyond_credit": at.pick(["refuse", "approve"])}


def bundle(at):
    part = {"product_id": at.pick(POOL.get("prd", POOL["sub"])), "plan_id": at.pick(POOL.get("pln", POOL["sub"]))}
    money = {"amount": at.pick(["20.00", "-1.00"]), "currency": at.pick(["EUR", "JPY"])}
    benefit = at.pick([None, {"gives": "percentage", "percent": at.pick(["10", "101"])}, {"gives": "price_override", "amount": money}])
    return {
        "slug": at.pick(["office", "x", "Ä", f"b-{at.pick(range(40))}"]),
        "name": {"en": "Office"},
        "parts": [dict(part, benefit=benefit)] * at.pick([2, 1, 13]),
        "when_broken": at.pick(["keep", "end", "x"]),
    }


SENTENCES = {
    "setDunning": dunning,
    "setAccountClass": lambda at: {"name": at.pick(["Key accounts", ""]), "policy": dunning(at)},
    "assignAccountClass": lambda at: {"class": at.pick([None, "key", "", "\x00"])},
    "pauseBuyerDunning": lambda at: {
        "until": at.pick(["2024-10-20", "0001-01-01", "9999-12-31"]),
        "reason": at.pick(["Called", "", "\x00"]),
    },
    "setTaxEngine": lambda at: {
        "url": at.pick(["http://127.0.0.1:9/tax", "http://127.0.0.1:9/?a", "tax.example", "https://user@tax.example", ""]),
        "secret": at.pick([None, "engine-secret-1", "short", "with spaces in it"]),
        "away": at.pick(["hold", "own_tables", "x"]),
        "after_hours": at.pick([0, 4, 721, -1]),
        "codes": at.pick([{}, {"saas": "SW054"}, {"x": "y"}, {"saas": ""}]),
    },
    "sampleTaxEngine": lambda at: {
        "buyer_id": at.pick([ACCOUNT, *POOL["acc"]]),
        "category": at.pick(["saas", "exempt", "x"]),
        "amount": {"amount": at.pick(["100.00", "-1.00", "92233720368547758.07"]), "currency": at.pick(["EUR", "JPY"])},
        "tax_included": at.chance(50),
    },
    "askTaxEngine": lambda at: {"buyer_id": at.pick([None, ACCOUNT, *POOL["acc"]])},
    "setSelfBilling": lambda at: {
        "agreed_on": at.pick(["2024-03-01", "0001-01-01", "9999-12-31"]),
        "ended_on": at.pick([None, "2024-02-01", "2024-12-31"]),
        "reference": at.pick(["Contract", "", "x" * 201]),
    },
    "holdBuyerCredit": lambda at: {"reason": at.pick(["Disputed", "", "x" * 501]), "until_paid": at.chance(50)},
    "createBundle": bundle,
    "replaceBundle": bundle,
    "quoteBundle": lambda at: {"customer_id": at.pick(POOL.get("acc", POOL["sub"])), "bundle_id": at.pick(POOL.get("bdl", POOL["sub"]))},
    "placeBundle": lambda at: {"quote_id": at.pick(POOL.get("quo", POOL["sub"])), "reference": {"order_number": at.pick(["PO 1", "\u0000"])}},
    "pauseDunning": lambda at: {
        "until": at.pick(["2024-10-20", "0001-01-01", "9999-12-31"]),
        "reason": at.pick(["Called", "", "\x00"]),
        "promised": at.pick([None, {"amount": "1.00", "currency": "EUR"}, {"amount": "-1.00", "currency": "USD"}]),
    },
    "setInvoiceReview": lambda at: {"review": at.chance(70), "grace_days": at.pick([None, 0, 3, 60, 61, -1])},
    "holdBuyer": lambda at: {"reason": at.pick(["Disputed", "", "x" * 501])},
    "holdInvoiceDraft": lambda at: {"reason": at.pick(["Disputed", "", "\x00"])},
    "addInvoiceDraftLine": lambda at: {
        "description": at.pick(["Sorry", ""]),
        "reason": "Ticket 1",
        "amount": {"amount": at.pick(["-5.00", "0.00", "1.00", "92233720368547758.07"]), "currency": at.pick(["EUR", "USD"])},
    },
    "quotePurchase": purchase,
    "quoteChange": lambda at: {
        "subscription_id": at.pick(POOL["sub"]),
        "quantities": {at.pick(["seats", "servers", "disk", "machines", "storage"]): at.pick(["1", "8", "300", "-4", "0", "1000000000"])},
    },
    "createCoupon": coupon,
    "replaceCoupon": coupon,
    "quoteCancel": lambda at: {"subscription_id": at.pick(POOL["sub"]), "when": at.pick(["now", "end_of_period", "end_of_commitment"])},
    "quoteCorrection": lambda at: {
        "subscription_id": at.pick(POOL["sub"]),
        "from": at.pick(["2024-09-01", "2024-10-02", "1970-01-01", "9999-12-31", "2024-02-30"]),
        "reason": "Noted too late",
        **at.pick([{"ended": True}, {"quantities": {at.pick(["seats", "servers", "disk"]): at.pick(["1", "8", "-4", "0.5"])}}]),
    },
    "placeOrder": lambda at: {"quote_id": at.pick(POOL.get("quo", POOL["sub"]))},
    "reportUsage": usage,
    "setLateUsagePolicy": lambda at: {
        "window_days": at.pick([None, 0, 30, 3660, 3661, -1]), "late_as": at.pick(["past_period", "current_period"]),
    },
    "decideLateUsage": lambda at: {
        **at.pick([
            {"records": [{"source": "fuzz", "external_id": f"u{at.pick(range(50))}"}]},
            {"group": {"subscription_id": at.pick(POOL["sub"]), "meter": at.pick([None, "envelopes"]), "period_on": at.pick([None, "2024-09-01", "2024-09-02"])}},
        ]),
        "decision": at.pick(["count", "count_later", "discard", "reopen"]),
        "reason": at.pick(["Settled by hand", "", "\u0000"]),
    },
    "recordTransfer": lambda at: {
        "seller_id": ACCOUNT,
        "payer_id": at.pick(POOL["acc"]),
        "amount": {"amount": at.pick(["10.00", "-1.00", "0.00", "92233720368547758.07", "1.005"]), "currency": at.pick(["EUR", "USD", "JPY"])},
        "reference": f"bank {at.pick(range(9))}",
    },
    "assignBankEntry": lambda at: at.pick([
        {"buyer_id": at.pick(POOL["acc"]), "top_up": at.chance(30)},
        {"invoices": [{"invoice_id": at.pick(POOL.get("inv", POOL["acc"])), "amount": at.pick([None, {"amount": at.pick(["1.00", "-1.00", "92233720368547758.07"]), "currency": at.pick(["EUR", "JPY"])}])}]},
        {"payment_id": at.pick(POOL.get("pay", POOL["acc"]))},
    ]),
    "lookAtPayoutReport": lambda at: {"note": at.pick(["Asked the bank", "", "\u0000"])},
    "ignoreBankEntry": lambda at: {"reason": at.pick(["Private", "", "\u0000"])},
    "reverseTransfer": lambda at: {"reason": at.pick(["Mistake", "", "\u0000"])},
    "setBankMapping": lambda at: {
        "date": at.pick(["Day", "", "\u0000"]), "date_form": at.pick(["yyyy-mm-dd", "dd.mm.yyyy"]), "decimal_sign": "comma",
        "amount": at.pick(["Amount", None]), "currency_code": at.pick(["EUR", None]), "text": at.pick([["Text"], [], ["x" * 200]]),
        "separator": at.pick([None, ";", "x"]),
    },
    "writeOffInvoice": lambda at: {
        "amount": at.pick([None, {"amount": at.pick(["0.01", "-1.00", "92233720368547758.07"]), "currency": at.pick(["EUR", "JPY"])}]),
        "reason": at.pick(["Bankrupt", "", "\u0000"]),
    },
    "creditInvoice": lambda at: {
        "lines": at.pick([None, [{"no": at.pick([1, 2, -1])}], [{"no": 1, "quantity": at.pick(["1", "0.5", "-1", "79228162514264337593543950335"])}]]),
        "destination": at.pick(["debt", "balance", "refund"]),
        "reason": at.pick(["Too many", "", "\u0000"]),
    },
    "giveCredit": lambda at: {
        "seller_id": ACCOUNT,
        "amount": {"amount": at.pick(["10.00", "-1.00", "92233720368547758.07"]), "currency": at.pick(["EUR", "USD"])},
        "expires_on": at.pick([None, "2024-12-31", "2020-01-01", "9999-12-31"]),
        "reason": at.pick(["Sorry", "", "\u0000"]),
    },
    "topUpCredit": lambda at: {
        "seller_id": at.pick(POOL["acc"]),
        "amount": {"amount": at.pick(["10.00", "0.00", "92233720368547758.07"]), "currency": "EUR"},
    },
    "setTopUp": lambda at: {
        "seller_id": at.pick(POOL["acc"]),
        "top_up": {"below": {"amount": at.pick(["5.00", "-5.00"]), "currency": "EUR"}, "amount": {"amount": "20.00", "currency": at.pick(["EUR", "JPY"])}},
    },
    "setCreditUse": lambda at: {"seller_id": ACCOUNT, "use": at.pick([None, "automatic", "by_hand", "never"])},
    "capturePayment": lambda at: {"amount": at.pick([None, {"amount": at.pick(["1.00", "-1.00"]), "currency": "EUR"}])},
    "chargebackPayment": lambda at: {"reference": at.pick(["D1", "", "\u0000"]), "reason": at.pick(["Fraud", ""])},
    "setBookCurrency": lambda at: {"currency": at.pick(["EUR", "USD", "JPY", None, "XXX", "euro"]), "since": at.pick(["2024-03-01", "2099-01-01", "9999-12-31", "-009999-01-01"])},
    "setRevenuePolicy": lambda at: {"recognition": at.pick(["over_time", "at_issue", "never"]), "since": at.pick(["2024-03-01", "2099-01-01", "9999-12-31", "-009999-01-01"])},
    "runSettlements": lambda at: {"until": at.pick(["2024-03-31", "2001-01-31", "9999-12-31"]), "vendor_id": at.pick([None, at.pick(POOL["acc"])])},
    "setSettlementPolicy": lambda at: {
        "fees": at.pick([[], [{"percent": at.pick(["15", "-1", "100.5", "0.333333333"]), "fixed": at.pick([None, {"amount": "0.30", "currency": "EUR"}])}]]),
        "minimum_payout": at.pick([None, {"amount": at.pick(["50.00", "-1.00"]), "currency": "EUR"}]),
        "hold_percent": at.pick(["0", "10", "101"]),
        "hold_days": at.pick([0, 45, 65535]),
    },
    "actOnSettlement": lambda at: {"act": at.pick(["approve", "discard", "pay", "fail", "x"]), "note": at.pick(["", "AC04", "\u0000"]), "on": at.pick([None, "2024-03-31", "9999-12-31"])},
    "makePayoutFile": lambda at: {"execute_on": at.pick(["2099-01-31", "2024-03-31"]), "currency": at.pick([None, "EUR", "JPY"])},
    "closeLedgerMonth": lambda at: {"month": at.pick(["2024-03-15", "1999-12-01", "-009999-01-01", "9999-12-31"]), "reason": at.pick(["", "Audit"])},
    "reopenLedgerMonth": lambda at: {"month": at.pick(["2024-03-15", "1999-12-01", "9999-12-31"]), "reason": at.pick(["", "Forgotten", "\u0000"])},
    "setLedgerChart": lambda at: {
        "account": at.pick(["assets:bank", "assets:receivable", "income:sales", "income", "", "assets:receivable:"]),
        "code": at.pick(["1200", "", "x", "8400", "1 2"]),
        "name": at.pick(["Giro", "", "a:b", "\u0000"]),
    },
    "setPaymentRetries": lambda at: {"after_days": at.pick([[], [1, 3, 5], [0], [65535], [1] * 11])},
    "refundPayment": lambda at: {
        "amount": at.pick([None, {"amount": at.pick(["0.01", "-1.00", "92233720368547758.07"]), "currency": at.pick(["EUR", "USD"])}]),
        "reason": at.pick(["Twice", "", "\u0000"]),
    },
    "addPaymentMethod": lambda at: {
        "number": at.pick(["4242424242424242", "4000000000000002", "4000000000003220"]),
        "expires": at.pick(["12/29", "01/20", "13/29"]),
        "cvc": "123",
    },
    "createAccount": lambda at: {
        "kind": at.pick(["customer", "reseller", "vendor", "provider"]),
        "name": at.pick(["Ada & Söhne", "\u202eevil", "x" * 300, "\u0000", "名前"]),
        "country": at.pick(["DE", "US", "XX"]),
        "email": at.pick(["a@a.example", "not an address"]),
        "currency": at.pick(["EUR", "USD", "XXX", "JPY"]),
        "zone": at.pick(["Europe/Berlin", "Mars/Base"]),
        "parent": at.pick(POOL["acc"]),
    },
    "createCategory": lambda at: {"slug": f"shelf-{at.pick(range(40))}", "name": {"en": at.pick(["Shelf", "", "\u0000"])}},
    "createProduct": lambda at: {
        "slug": f"product-{at.pick(range(60))}",
        "name": {"en": at.pick(["Thing", "名前", "\u0000"])},
        "delivery": at.pick(["automatic", "manual"]),
        "approval": at.pick(["none", "seller"]),
    },
    "createPlan": lambda at: {
        "code": f"plan-{at.pick(range(60))}",
        "name": {"en": "Plan"},
        "status": "published",
        "billing_cadence": at.pick(["P1M", "P1Y", "P0M", "P99999999Y", "P1D"]),
        "auto_renew": True,
        "trial_days": at.pick([0, 14, 2147483647]),
    },
    "createItem": lambda at: {
        "code": f"item-{at.pick(range(60))}",
        "name": {"en": "Item"},
        "kind": at.pick(["one_time", "recurring", "metered"]),
        "timing": at.pick(["advance", "arrears"]),
        "quantity_min": at.pick(["0", "1", "-5", "79228162514264337593543950335"]),
        "quantity_default": at.pick(["1", "2"]),
        "quantity_step": at.pick(["1", "0", "0.0000001", "79228162514264337593543950335"]),
        "meter": at.pick([None, "things"]),
    },
    "createParameter": lambda at: {
        "code": f"question-{at.pick(range(60))}",
        "label": {"en": "What?"},
        "kind": at.pick(["text", "number"]),
        "pattern": at.pick([None, "^a+$", "(", "(a{1000}){1000}"]),
    },
    "createRevision": revision,
    "previewRevision": revision,
    "createWebhook": lambda at: {
        "url": at.pick(["https://a.example/hook", "http://127.0.0.1:9/hook", "gopher://a", "https://a.example/\u0000"]),
        "kinds": at.pick([["*"], ["order.*", "delivery.failed"], [""]]),
    },
    "signUp": lambda at: {
        "storefront": at.pick(["lindenhof", "bluemesa", "nobody"]),
        "company": at.pick(["Neu GmbH", "\u0000"]),
        "country": "DE",
        "name": "Neu",
        "email": f"neu{at.pick(range(90))}@a.example",
    },
    "runBilling": lambda at: {"until": at.pick(["2024-10-01", "2024-09-01", "0001-01-01"])},
    "setExchangeRate": lambda at: {
        "base": at.pick(["EUR", "USD"]),
        "quote": at.pick(["EUR", "USD", "JPY"]),
        "effective_on": "2024-09-03",
        "rate": at.pick(["1.1", "0", "-1", "0.0000000001", "79228162514264337593543950335"]),
        "source": "fuzz",
    },
}


@schemathesis.hook
def before_call(context, case, kwargs):
    at = Substitution(case)
    if at.operation == "travelClock":
        # Days that pass take their time; that they pass is for other tests.
        return
    if isinstance(case.path_parameters, dict):
        case.path_parameters = at.walk(case.path_parameters)
    if isinstance(case.query, dict):
        case.query = at.walk(case.query)
    if isinstance(case.body, (dict, list)):
        case.body = at.body(at.walk(case.body))


def text_of(response):
    return response.content.decode("utf-8", "replace")


@schemathesis.hook
def after_call(context, case, response):
    operation = case.operation.definition.raw.get("operationId", "")
    answers = ANSWERED.setdefault(operation, {})
    answers[response.status_code] = answers.get(response.status_code, 0) + 1
    for token in ID.findall(text_of(response)):
        if token not in SPARED:
            known = POOL.setdefault(token.split("_")[0], [])
            if token not in known and len(known) < KEPT:
                known.append(token)


@schemathesis.check
def nothing_of_others(ctx, response, case):
    """Whoever asks is never told an id or a name of somebody it must not know of, unless it named it itself."""
    text = text_of(response)
    leaked = [secret for secret in FORBIDDEN if secret in text]
    if not leaked:
        return
    said = urllib.parse.unquote_plus(response.request.url or "")
    body = response.request.body or b""
    said += body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body)
    said += json.dumps(case.body, ensure_ascii=False, default=repr) + repr(dict(case.headers or {}))
    leaked = [secret for secret in leaked if secret not in said]
    assert not leaked, f"{WHO} was shown {leaked[:5]}"
