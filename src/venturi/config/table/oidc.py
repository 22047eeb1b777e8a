"""[oidc]: signing in with an account of somebody else's, by OpenID Connect."""

from venturi.config.options import Option

OPTIONS = (
    Option(
        "oidc",
        "issuer",
        "string",
        "",
        "Address of the OpenID Connect provider that people may sign in with; empty: none.",
        example="https://login.example.com/realms/staff",
    ),
    Option("oidc", "client_id", "string", "", "Our name at that provider."),
    Option("oidc", "client_secret", "string", "", "Our secret at that provider.", secret=True),
    Option("oidc", "label", "string", "single sign-on", "What the sign-in page calls it."),
    Option(
        "oidc",
        "scope",
        "string",
        "openid email profile",
        "What we ask the provider for, separated by spaces.",
    ),
    Option(
        "oidc",
        "username_claim",
        "string",
        "preferred_username",
        "What the provider says that becomes the name of the user.",
    ),
    Option(
        "oidc",
        "roles_claim",
        "string",
        "",
        "What the provider says that names groups or roles; empty: roles are given here.",
        example="groups",
    ),
    Option(
        "oidc",
        "role_map",
        "json",
        None,
        "Role here for each of these groups, a JSON object; roles are set at each sign-in.",
        example='{"data-admins": "Admin", "analysts": "Viewer"}',
    ),
    Option(
        "oidc",
        "default_role",
        "string",
        "Viewer",
        "Role of who signs in for the first time; empty: they need an account made here before.",
    ),
)
