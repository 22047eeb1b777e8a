"""Who asks, and what they may do.

roles       what each role permits: one table
principal   who asks: their roles, rights and the DAGs these are about
way         how people sign in here, from the configuration; refuses what is unsafe
credentials from a request to a principal: session, access token, API token, password
tokens      access tokens: signed, short-lived, bound to the installation and the user
sign_in     whether a name and a password let somebody in
first       the account that a new installation has
admit       whether a route may be used
rest        handlers: sign in and out, tokens, who am I
accounts    handlers: users and roles
page        the page that asks for name and password
oidc        signing in elsewhere
oidc_rest   handlers: to the provider, and back with somebody
oidc_client Authlib's OAuth 2 client on our HTTP library
table       the routes, one row each
"""
