# Errors by code: `error-` and the code with hyphens. Where a code has no text here, its own message is shown.

error-not-found = We could not find what you are looking for.
error-forbidden = You may see this, but your role does not allow you to do that.
error-unauthenticated = Please sign in to continue.
error-session-expired = Your session has expired. Please sign in again.
error-changed = Someone else has changed this in the meantime. Please look at the new state and try again.
error-conflict = This is not possible in the current state.
error-key-reused = This request key was already used with other input.
error-too-many = Too many attempts. Please try again in { $seconds } seconds.
error-unavailable = This is not available at the moment. Please try again shortly.
error-internal = Something went wrong on our side. It has been recorded; please try again.
error-invalid = Please check the marked fields.
error-required = Please fill in this field.
error-too-long = This is too long.
error-too-short = This is too short.
error-malformed = This does not have the expected form.
