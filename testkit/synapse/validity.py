# Loads the module of accounts that expire (PyPI: synapse-email-account-validity 0.3) on a
# newer Synapse: two methods are renamed, and
# modules register their callbacks.
from synapse.module_api import ModuleApi

ModuleApi.looping_background_call_async = ModuleApi.looping_background_call
ModuleApi.current_time_ms = ModuleApi.get_current_time_msec

import email_account_validity  # noqa: E402
from email_account_validity import EmailAccountValidityServlet  # noqa: E402,F401
from email_account_validity._store import EmailAccountValidityStore  # noqa: E402

# The module and its pages have a cache each, of which the other does not know.
uncached = EmailAccountValidityStore.__dict__["get_expiration_ts_for_user"].orig
uncached.invalidate = lambda key: None
EmailAccountValidityStore.get_expiration_ts_for_user = uncached


class EmailAccountValidity(email_account_validity.EmailAccountValidity):
    def __init__(self, config, api):
        super().__init__(config, api)
        api.register_account_validity_callbacks(
            is_user_expired=self.is_user_expired, on_user_registration=self.on_user_registration
        )

    async def is_user_expired(self, user):
        expired, known = await self.user_expired(user)
        return expired if known else None
