"""Looks a running demo over: which ids there are, and which of them nobody but their owners may ever be shown.

Usage: survey.py BASE PEOPLE OUT. PEOPLE is a JSON object {who: {"account": id, "key": secret}} with the provider under
"provider" and somebody of another realm under "stranger"; what is found is written to OUT for `hooks.py`.
"""

import json
import re
import sys
import urllib.error
import urllib.request

ID = re.compile(r"\b[a-z]{2,6}_[0-9a-hjkmnp-tv-z]{26}\b")
# Lists of an account.
OF_ACCOUNT = ["members", "api-keys", "payment-methods", "price-books", "products"]
# What belongs to those who are on it as seller or buyer, and to nobody above or below them.
BETWEEN_TWO = ["invoices", "payments", "charges"]


def get(base, key, path):
    request = urllib.request.Request(base + path, headers={"Authorization": f"Bearer {key}"})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            if "json" in answer.headers.get("content-type", ""):
                return json.load(answer)
    except urllib.error.HTTPError:
        pass
    return None


def items(base, key, path):
    found, after = [], None
    while len(found) < 1000:
        joined = f"{path}?limit=200" + (f"&after={after}" if after else "")
        page = get(base, key, joined) or get(base, key, path)
        if not isinstance(page, dict) or "items" not in page:
            break
        found += page["items"]
        after = page.get("next")
        if not after:
            break
    return found


def crawl(base, key, paths):
    """Everything in the lists that this key may read, by path."""
    lists = {path: items(base, key, path) for path in paths}
    for account in lists.get("/api/v1/accounts", []):
        for part in OF_ACCOUNT:
            path = f"/api/v1/accounts/{account['id']}/{part}"
            lists[path] = items(base, key, path)
    for book in [b for path in list(lists) if path.endswith("/price-books") for b in lists[path]]:
        lists[f"book/{book['id']}"] = [get(base, key, f"/api/v1/price-books/{book['id']}") or {}]
    for product in [p for path in list(lists) if path.endswith("/products") for p in lists[path]]:
        lists[f"product/{product['id']}"] = [get(base, key, f"/api/v1/products/{product['id']}") or {}]
    return lists


def related(accounts, who):
    """The account with all below and above it."""
    parents = {account["id"]: account.get("parent") for account in accounts}
    below = {who}
    while True:
        more = {child for child, parent in parents.items() if parent in below} - below
        if not more:
            break
        below |= more
    above, at = set(), parents.get(who)
    while at:
        above.add(at)
        at = parents.get(at)
    return below, above


def forbidden(everything, accounts, who):
    """Ids and names that must never be in an answer to this account."""
    below, above = related(accounts, who)
    kind = {account["id"]: account["kind"] for account in accounts}
    mine = kind.get(who)
    if mine is None:
        strangers = set(kind)
    elif mine == "provider":
        return []
    elif mine == "vendor":
        strangers = {other for other in kind if kind[other] == "vendor" and other != who}
    else:
        strangers = {other for other in kind if kind[other] != "vendor"} - below - above
    # Who has a storefront is known to everybody, within the realm.
    known = {a["id"] for a in accounts if a.get("slug")} if mine else set()
    hidden = {a[part] for a in accounts for part in ("id", "name") if a["id"] in strangers - known}
    if mine == "vendor":
        hidden -= {a["name"] for a in accounts}
    for path, found in everything.items():
        last = path.split("/")[-1]
        owner = re.search(r"/accounts/([^/]+)/", path)
        for thing in found:
            own = thing.get("id")
            if owner and last in ("members", "api-keys", "payment-methods") and owner[1] in strangers:
                hidden |= set(ID.findall(json.dumps(thing)))
                user = thing.get("user") if isinstance(thing.get("user"), dict) else thing
                if user.get("email"):
                    hidden.add(user["email"])
            if not own:
                continue
            text = json.dumps(thing)
            if last in ("subscriptions", "orders", "deliveries", "webhooks", *BETWEEN_TWO) and any(s in text for s in strangers):
                hidden.add(own)
            if last in BETWEEN_TWO and not {thing.get("seller_id"), thing.get("buyer_id"), thing.get("payer_id")} & below:
                hidden.add(own)
            if last == "price-books" and thing.get("seller_id") not in (None, who):
                hidden.add(own)
    return sorted(hidden - known)


def main():
    base, people, out = sys.argv[1:4]
    people = json.load(open(people))
    spec = get(base, people["provider"]["key"], "/api/v1/openapi.json")
    paths = [path for path, item in spec["paths"].items() if "get" in item and "{" not in path]
    everything = crawl(base, people["provider"]["key"], paths)
    accounts = everything["/api/v1/accounts"]
    own = people["provider"]["account"]
    if own not in {a["id"] for a in accounts}:
        accounts.append(get(base, people["provider"]["key"], f"/api/v1/accounts/{own}"))
    pool = {}
    for who in people.values():
        for found in crawl(base, who["key"], paths).values():
            for token in ID.findall(json.dumps(found)):
                pool.setdefault(token.split("_")[0], set()).add(token)
    # Who calls must not lose its own key or account on the way.
    keys = {json.loads(json.dumps(k))["id"] for path, f in everything.items() if path.endswith("/api-keys") for k in f if k.get("name") == "fuzz"}
    spared = keys | {who["account"] for who in people.values()}
    offers = items(base, people["customer"]["key"], "/api/v1/offers")
    sold = [get(base, people["customer"]["key"], f"/api/v1/offers/{offer['slug']}") for offer in offers]
    json.dump(
        {
            "pool": {prefix: sorted(found - keys) for prefix, found in pool.items()},
            "spared": sorted(spared),
            "forbidden": {name: forbidden(everything, accounts, who["account"]) for name, who in people.items()},
            "people": {name: who["account"] for name, who in people.items()},
            "offers": sold,
        },
        open(out, "w"),
        indent=1,
    )
    for name in people:
        print(name, len(forbidden(everything, accounts, people[name]["account"])), "secrets of others")


main()
