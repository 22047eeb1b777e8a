"""Signing in, and accounts, in the shapes of Airflow's simple and FAB managers: one row each."""

from venturi.api.auth import accounts, oidc_rest, rest
from venturi.api.permissions import Permission, Scope
from venturi.api.route import Route

P = Permission
_NONE = Scope.NONE
_FAB = "/auth/fab/v1"

AUTH: tuple[Route, ...] = (
    Route("GET", "/auth/login", rest.show_login, P.PUBLIC, _NONE),
    Route("POST", "/auth/login", rest.login, P.PUBLIC, _NONE),
    Route("GET", "/auth/ways", rest.get_ways, P.PUBLIC, _NONE),
    Route("GET", "/auth/oidc/login", oidc_rest.start_oidc, P.PUBLIC, _NONE),
    Route("GET", "/auth/oidc/callback", oidc_rest.finish_oidc, P.PUBLIC, _NONE),
    Route("GET", "/auth/logout", rest.show_logout, P.PUBLIC, _NONE),
    Route("POST", "/auth/logout", rest.logout, P.PUBLIC, _NONE),
    Route("GET", "/auth/me", rest.get_me, P.SELF_READ, _NONE),
    Route("POST", "/auth/password", rest.change_password, P.SELF_EDIT, _NONE, 204),
    Route("GET", "/auth/token", rest.create_token_all_admins, P.PUBLIC, _NONE, 201),
    Route("POST", "/auth/token", rest.create_token, P.PUBLIC, _NONE, 201),
    Route("POST", "/auth/token/cli", rest.create_token_cli, P.PUBLIC, _NONE, 201),
    Route("GET", "/auth/tokens", rest.get_tokens, P.SELF_READ, _NONE),
    Route("POST", "/auth/tokens", rest.post_token, P.SELF_EDIT, _NONE, 201),
    Route("DELETE", "/auth/tokens/{token_name:path}", rest.delete_token, P.SELF_EDIT, _NONE, 204),
    Route("GET", _FAB + "/users", accounts.get_users, P.USER_READ, _NONE),
    Route("POST", _FAB + "/users", accounts.post_user, P.USER_CREATE, _NONE),
    Route("GET", _FAB + "/users/{username}", accounts.get_one_user, P.USER_READ, _NONE),
    Route("PATCH", _FAB + "/users/{username}", accounts.patch_user, P.USER_EDIT, _NONE),
    Route("DELETE", _FAB + "/users/{username}", accounts.delete_user, P.USER_DELETE, _NONE, 204),
    Route("GET", _FAB + "/roles", accounts.get_roles, P.USER_READ, _NONE),
    Route("POST", _FAB + "/roles", accounts.post_role, P.USER_CREATE, _NONE),
    Route("GET", _FAB + "/roles/{role_name}", accounts.get_role, P.USER_READ, _NONE),
    Route("PATCH", _FAB + "/roles/{role_name}", accounts.patch_role, P.USER_EDIT, _NONE),
    Route("DELETE", _FAB + "/roles/{role_name}", accounts.delete_role, P.USER_DELETE, _NONE, 204),
)
