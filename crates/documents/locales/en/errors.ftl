# Errors by code: `error-` and the code with hyphens. An error without a text here says its own message, which is in
# English; an English reader always gets that, because it knows the details.

error-not-found = We could not find what you are looking for.
error-forbidden = You may see this, but your role does not allow you to do that.
error-changed-meanwhile = Someone else has changed this in the meantime. Please look at the new state and try again.
error-idempotency-key-reused = This request key was already used with other input.
error-too-many-attempts = Too many attempts. Please try again in { $seconds ->
    [one] { $seconds } second
   *[other] { $seconds } seconds
}.
error-unavailable = This is not available at the moment. Please try again shortly.
error-internal-error = Something went wrong on our side. It has been recorded; please try again.
error-invalid-input = Please check the marked fields.
error-unauthenticated = Please sign in to continue.
error-session-expired = Your session has expired. Please sign in again.
error-csrf = This form was too old to be sent. Please open the page again and repeat it.
error-wrong-credentials = The e-mail address and the password do not belong together.
error-link-invalid = This link is wrong, was used already or has expired. Please ask for a new one.
error-card-declined = The card was declined. Please try another one.
error-insufficient-funds = The card was declined: it does not cover the amount.
error-payment-not-accepted = The payment was not confirmed. Please try again or pay another way.
error-verify-first = Please confirm your e-mail address first: open the link that we have sent to you.
error-quote-expired = This offer has expired. Please look at the price again and order then.
error-quote-used = This has been ordered already.
error-malformed-card = This is not a card number. Please check its digits.
error-not-a-test-card = Only test cards can be used here, for example 4242 4242 4242 4242.
error-malformed-cvc = This is not the security code of the card.
error-card-expired = The card has expired.
error-not-accepted = Please accept this.

# Single fields.
error-required = Please fill in this field.
error-too-long = This is too long.
error-too-short = This is too short.
error-control-character = This contains characters that cannot be used.
error-out-of-range = This value is out of range.
error-not-a-number = This is not a number.
error-too-many-digits = This number has too many digits.
error-too-many-places = This number has too many decimal places.
error-unknown-value = This is none of the possible values.
error-unknown-country = This is no country code, such as AT.
error-unknown-currency = This is no currency code, such as EUR.
error-unknown-zone = This is no time zone, such as Europe/Vienna.
error-unknown-locale = This language is not available.
error-malformed-email = This is no e-mail address, such as name@example.com.
error-malformed-date = This is no date, such as 2024-09-01.
error-malformed-value = This does not have the expected form.
error-malformed-colour = This is no colour, such as #1a6fd4.
error-currency-mismatch = These amounts are in different currencies.
