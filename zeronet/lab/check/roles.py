"""Which setting is which: by its name, or as the author says."""

from collections.abc import Mapping, Sequence

from zeronet.lab.specs.aliases import our_settings

ROLES = ("lr", "momentum", "rho", "beta1", "beta2", "eps", "weight_decay")
NO_ROLE = "none"


def role_of(name: str) -> str:
    """Return the only role that a name is used for; a name without one, or with several, in lower case.

    >>> role_of("Eta"), role_of("alpha")
    ('lr', 'alpha')
    """
    meanings = our_settings(name)
    return meanings[0] if len(meanings) == 1 else name.lower()


def roles_of(names: Sequence[str], declared: Mapping[str, str]) -> dict[str, str]:
    """Return role → setting, for all settings; one without a role keeps its name.

    names: of the settings; declared: setting → role, or "none", as the author says. A name that is used for several
    roles, such as alpha, is the learning rate if it may be and there is no other, and else has no role.

    >>> roles_of(["eta", "gamma"], {})
    {'lr': 'eta', 'gamma': 'gamma'}
    >>> roles_of(["eta", "gamma"], {"gamma": "momentum"})
    {'momentum': 'gamma', 'lr': 'eta'}
    """
    roles = {role: name for name, role in declared.items() if role != NO_ROLE}
    for candidate in (str.lower, role_of, lambda name: "lr" if "lr" in our_settings(name) else ""):
        for name in names:
            if (role := candidate(name)) in ROLES and role not in roles and name not in (*declared, *roles.values()):
                roles[role] = name
    for lone, other, role in (("beta1", "beta2", "momentum"), ("beta2", "beta1", "rho")):
        if lone in roles and other not in roles and role not in roles and roles[lone] not in declared:
            roles[role] = roles.pop(lone)
    rest = [name for name in names if name not in roles.values()]
    return roles | {name if name not in ROLES else f"own {name}": name for name in rest}
