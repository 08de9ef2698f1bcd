"""Who you are."""

import hashlib
import re
import secrets
import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

# How long somebody who asked for erasure can change their mind.
ERASURE_PAUSE = timedelta(days=14)
HANDLE = re.compile(r"[a-z0-9](?:[a-z0-9_-]{1,28}[a-z0-9])")


class UserManager(BaseUserManager["User"]):
    use_in_migrations = True

    @staticmethod
    def new_handle() -> str:
        """A handle from chance, until its owner chooses one."""
        return f"writer-{secrets.token_hex(5)}"

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create somebody who logs in with `email`; the handle is made from chance unless one is given."""
        if not email:
            raise ValueError("An e-mail address is required.")
        fields.setdefault("handle", self.new_handle())
        user = self.model(email=self.normalize_email(email).strip(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, **{**fields, "is_staff": True, "is_superuser": True})

    def with_profile_visible_to(self, viewer: "User | AnonymousUser") -> "models.QuerySet[User]":
        """People whose profile may be seen: public ones, and one's own.

        Not one that is closed or about to go, nor one of somebody who has blocked whoever looks.
        """
        allowed = models.Q(is_public=True, is_active=True, erasure_requested_at=None)
        if viewer.is_authenticated:
            allowed |= models.Q(pk=viewer.pk)
        people = self.filter(allowed)
        if viewer.is_authenticated:
            people = people.exclude(blocks_made__blocked=viewer)
        return people

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person. Logs in with an e-mail address, is known to others by a handle and a display name."""

    class Theme(models.TextChoices):
        AUTO = "auto", _("As my device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    class Language(models.TextChoices):
        BROWSER = "", _("As my browser")
        ENGLISH = "en", "English"
        FRENCH = "fr", "Français"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail address"), max_length=254, unique=True)
    handle = models.CharField(
        _("handle"),
        max_length=30,
        validators=[
            RegexValidator(
                re.compile(rf"\A{HANDLE.pattern}\Z"),
                _("3 to 30 small letters, digits, hyphens or underscores; a letter or digit at both ends."),
            )
        ],
    )
    display_name = models.CharField(_("name"), max_length=80, blank=True)
    avatar = models.ImageField(_("picture"), upload_to="avatars/", blank=True)
    bio = models.TextField(_("about you"), max_length=2000, blank=True)
    is_public = models.BooleanField(_("public profile"), default=False)
    language = models.CharField(_("language"), max_length=5, choices=Language, blank=True, default="")
    # ISO 3166-1 alpha-2. Only help lines are chosen by it; "" is whatever the language suggests.
    country = models.CharField(_("country"), max_length=2, blank=True, default="", db_default="")
    theme = models.CharField(_("theme"), max_length=5, choices=Theme, default=Theme.AUTO)
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("staff"), default=False)
    # The thirty-second step of the last code of an authenticator app: none is good twice (accounts.second_factor).
    totp_step = models.BigIntegerField(default=0, db_default=0, editable=False)
    # From this moment the account is closed to its owner but for the way back, and hidden from everybody else.
    erasure_requested_at = models.DateTimeField(_("erasure asked for at"), null=True, blank=True, editable=False)
    # Until then they read and write for themselves, and publish and answer nothing.
    suspended_until_at = models.DateTimeField(_("suspended until"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique",
                violation_error_message=_("There is an account with this e-mail address already."),
            ),
            models.UniqueConstraint(
                Lower("handle"), name="user_handle_unique", violation_error_message=_("This handle is taken.")
            ),
            models.CheckConstraint(condition=models.Q(theme__in=["auto", "light", "dark"]), name="user_theme_known"),
        ]
        indexes = [
            models.Index(
                fields=["erasure_requested_at"],
                condition=models.Q(erasure_requested_at__isnull=False),
                name="user_erasure_requested",
            ),
        ]

    def __str__(self) -> str:
        return f"@{self.handle}"

    @property
    def erased_at(self) -> datetime | None:
        """When the account will be erased, if that was asked for."""
        return self.erasure_requested_at + ERASURE_PAUSE if self.erasure_requested_at else None

    @property
    def is_suspended(self) -> bool:
        """Whether they may publish and answer nothing for now."""
        return self.suspended_until_at is not None and self.suspended_until_at > timezone.now()

    @property
    def avatar_url(self) -> str:
        """Where the picture is, empty without one. It changes with the picture, so that no old one is shown."""
        if not self.avatar.name:
            return ""
        return f"{reverse('person-avatar', args=[self.pk])}?v={self.avatar.name.rpartition('/')[2][:12]}"

    @property
    def name(self) -> str:
        """What others read: the chosen name, else the handle. Never the address."""
        return self.display_name or self.handle


class Block(models.Model):
    """That somebody wants nothing more to do with somebody else, who is not told."""

    blocker = models.ForeignKey(User, on_delete=models.CASCADE, related_name="blocks_made")
    blocked = models.ForeignKey(User, on_delete=models.CASCADE, related_name="blocks_met")
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("block")
        verbose_name_plural = _("blocks")
        constraints = [
            models.UniqueConstraint(fields=["blocker", "blocked"], name="block_unique"),
            models.CheckConstraint(condition=~models.Q(blocker=models.F("blocked")), name="block_is_of_another"),
        ]

    def __str__(self) -> str:
        return f"{self.blocker_id} ⊘ {self.blocked_id}"


class Mute(models.Model):
    """That somebody would rather not read somebody else, who is not told."""

    muter = models.ForeignKey(User, on_delete=models.CASCADE, related_name="mutes_made")
    muted = models.ForeignKey(User, on_delete=models.CASCADE, related_name="mutes_met")
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("mute")
        verbose_name_plural = _("mutes")
        constraints = [
            models.UniqueConstraint(fields=["muter", "muted"], name="mute_unique"),
            models.CheckConstraint(condition=~models.Q(muter=models.F("muted")), name="mute_is_of_another"),
        ]

    def __str__(self) -> str:
        return f"{self.muter_id} ⊖ {self.muted_id}"


TOKEN_PREFIX = "cst_"  # noqa: S105  A prefix by which a leaked token is recognised, not a secret.


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def live(self) -> "ApiTokenQuerySet":
        """Tokens that still open something."""
        return self.filter(
            revoked_at=None, expires_at__gt=timezone.now(), user__is_active=True, user__erasure_requested_at=None
        )

    def matching(self, secret: str) -> "ApiTokenQuerySet":
        """The token whose secret this is, if any."""
        return self.filter(digest=ApiToken.digest_of(secret))


class ApiToken(models.Model):
    """A key to the API: opaque, shown once, stored as a digest, with a name, an end and scopes."""

    class Scope(models.TextChoices):
        READ = "read", _("Read")
        WRITE = "write", _("Write")
        SPEND = "spend", _("Spend credits")
        HUB = "hub", _("Act for the house's other applications")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=80)
    # 256 bits of chance need no slow hash: a digest cannot be guessed back, and looking one up is one indexed read.
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(_("scopes"), default=list)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires at"))
    last_used_at = models.DateTimeField(_("last used at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["user", "-created_at"], name="token_by_user")]

    def __str__(self) -> str:
        return self.name

    @property
    def scope_names(self) -> list[str]:
        """What the key may do, in words."""
        return [str(label) for scope, label in self.Scope.choices if scope in self.scopes]

    @staticmethod
    def digest_of(secret: str) -> str:
        """The form in which a token's secret is stored."""
        return hashlib.sha256(secret.encode()).hexdigest()

    @staticmethod
    def new_secret() -> str:
        """256 bits of chance behind a recognisable prefix."""
        return TOKEN_PREFIX + secrets.token_urlsafe(32)


class IdempotencyKey(models.Model):
    """The first answer to a POST with this key, given again for 24 hours (API.md, "Idempotency").

    The row is written before the work begins, so two requests at the same time cannot both work. `status` is null
    while the first is at it. The body may hold a writer's text, which is why the row goes after a day.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    content_type = models.CharField(max_length=100, blank=True)
    body = models.TextField(blank=True)
    created_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_unique")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_by_age")]

    def __str__(self) -> str:
        return self.key
