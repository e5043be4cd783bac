//! The description of the API: what is said once for all operations.

use utoipa::{
    ToSchema,
    openapi::{
        Components, ComponentsBuilder, Content, Info, License, ObjectBuilder, OpenApi,
        OpenApiBuilder, Ref, RefOr, Required, ResponseBuilder,
        path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem},
        schema::Type,
        security::{
            ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
        },
    },
};

use crate::{auth::SESSION_COOKIE, problem::ProblemDocument};

/// What the description says of itself.
#[must_use]
pub fn base() -> OpenApi {
    let mut info = Info::new("Tradewind", env!("CARGO_PKG_VERSION"));
    info.description = Some(
        "Sell, deliver, meter and bill cloud services through any number of tiers.\n\n\
         Send an API key or a session's token as `Authorization: Bearer …`; both know their realm. Calls without one \
         name it in the `Tradewind-Realm` header where an installation has several. Lists take `filter`, `sort`, \
         `limit` and `after`. Changes take an `Idempotency-Key` header, so that repeating them does nothing twice, \
         and `dry_run=true`, which answers what would happen. Things with a version answer an `ETag`; give it back as \
         `If-Match` and a change that someone else was faster with is refused with 409. Every refusal is a problem \
         document (RFC 9457) whose `code` is stable. What a caller may not see answers 404."
            .to_owned(),
    );
    info.license = Some(License::new("Apache-2.0"));
    OpenApiBuilder::new()
        .info(info)
        .components(Some(components()))
        .build()
}

fn components() -> Components {
    ComponentsBuilder::new()
        .schema_from::<ProblemDocument>()
        .security_scheme(
            "bearer",
            SecurityScheme::Http(
                HttpBuilder::new()
                    .scheme(HttpAuthScheme::Bearer)
                    .description(Some("An API key (`twk_…`) or a session's token (`tws_…`)."))
                    .build(),
            ),
        )
        .security_scheme(
            "session",
            SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(
                SESSION_COOKIE,
                "A session's token, for pages of the same origin; changes need the X-CSRF-Token header as well.",
            ))),
        )
        .build()
}

/// Adds to every operation what all of them have in common: problems, who may call, keys and dry runs of changes.
pub fn complete(document: &mut OpenApi) {
    if let Some(components) = &mut document.components {
        let mut nested = Vec::new();
        ProblemDocument::schemas(&mut nested);
        components.schemas.extend(nested);
    }
    for item in document.paths.paths.values_mut() {
        for (operation, changes) in operations(item) {
            complete_operation(operation, changes);
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&mut Operation, bool)> {
    [
        (item.get.as_mut(), false),
        (item.put.as_mut(), true),
        (item.post.as_mut(), true),
        (item.patch.as_mut(), true),
        (item.delete.as_mut(), true),
    ]
    .into_iter()
    .filter_map(|(operation, changes)| Some((operation?, changes)))
}

fn complete_operation(operation: &mut Operation, changes: bool) {
    let problem = ResponseBuilder::new()
        .description("Refused.")
        .content(
            "application/problem+json",
            Content::new(Some(RefOr::Ref(Ref::from_schema_name("Problem")))),
        )
        .build();
    operation
        .responses
        .responses
        .entry("default".to_owned())
        .or_insert(RefOr::T(problem));
    if operation.security.is_none() {
        let none: [&str; 0] = [];
        operation.security = Some(vec![
            SecurityRequirement::new("bearer", none),
            SecurityRequirement::new("session", none),
        ]);
    }
    if changes {
        let parameters = operation.parameters.get_or_insert_with(Vec::new);
        parameters.push(RefOr::T(key_parameter()));
        parameters.push(RefOr::T(dry_run_parameter()));
    }
}

fn key_parameter() -> Parameter {
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "Repeating the call with the same key and input does nothing twice and answers the same.",
        ))
        .schema(Some(
            ObjectBuilder::new()
                .schema_type(Type::String)
                .min_length(Some(1))
                .max_length(Some(200))
                .pattern(Some("^[ -~]+$")),
        ))
        .build()
}

fn dry_run_parameter() -> Parameter {
    ParameterBuilder::new()
        .name("dry_run")
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some("Answer what would happen, and keep nothing of it."))
        .schema(Some(ObjectBuilder::new().schema_type(Type::Boolean)))
        .build()
}
