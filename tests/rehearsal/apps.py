"""Small apps whose migrations are Alembic's or Django's."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

_ENV = """
from alembic import context
from sqlalchemy import create_engine
with create_engine("postgresql+psycopg://").connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""
_SETTINGS = """
import os
INSTALLED_APPS = ["shop"]
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql",
    **{key: os.environ["PG" + value] for key, value in {"NAME": "DATABASE", "USER": "USER",
        "PASSWORD": "PASSWORD", "HOST": "HOST", "PORT": "PORT"}.items()}}}
"""
_MANAGE = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
"""
_MODELS = """
from django.db import models
"""
_FIRST = """
from django.db import migrations, models
class Migration(migrations.Migration):
    initial = True
    operations = [migrations.SeparateDatabaseAndState(state_operations=[
        migrations.CreateModel("User", [("id", models.BigAutoField(primary_key=True)),
            ("email", models.TextField()), ("name", models.CharField(max_length=40, null=True)),
            ("phone", models.TextField(null=True))], options={"db_table": "users"}),
        migrations.CreateModel("Order", [("id", models.AutoField(primary_key=True)),
            ("user", models.ForeignKey("shop.User", models.CASCADE)),
            ("total", models.IntegerField()), ("reference", models.TextField())],
            options={"db_table": "orders"}),
    ])]
"""
"""The tables are there, as in production, where it was applied long ago."""


def alembic(folder: Path, revisions: Mapping[str, tuple[str, str, str]]) -> tuple[str, ...]:
    """The command of an app; revision → the one before, what is done, and the way back."""
    (folder / "versions").mkdir(parents=True)
    (folder / "alembic.ini").write_text(f"[alembic]\nscript_location = {folder}\n"
        "path_separator = os\n")  # fmt: skip
    (folder / "env.py").write_text(_ENV)
    for name, (before, forth, back) in revisions.items():
        (folder / "versions" / f"{name}.py").write_text(
            "from alembic import op\nimport sqlalchemy as sa\n"
            f"revision = {name!r}\ndown_revision = {before or None!r}\n"
            f"def upgrade():\n    {forth}\ndef downgrade():\n    {back}\n"
        )
    return (sys.executable, "-m", "alembic", "-c", str(folder / "alembic.ini"))


def django(folder: Path, migrations: Mapping[str, tuple[str, str]]) -> tuple[str, ...]:
    """The command of an app; migration → the one before, and its operations."""
    made = folder / "shop" / "migrations"
    made.mkdir(parents=True)
    for path, text in {
        "settings.py": _SETTINGS, "manage.py": _MANAGE, "shop/__init__.py": "",
        "shop/models.py": _MODELS, "shop/migrations/__init__.py": "",
        "shop/migrations/first.py": _FIRST,
    }.items():  # fmt: skip
        (folder / path).write_text(text)
    for name, (before, operations) in migrations.items():
        (made / f"{name}.py").write_text(
            "from django.db import migrations, models\nfrom django.db.models import F\n"
            "def fill(apps, editor):\n"
            "    apps.get_model('shop', 'Order').objects.update(total=F('total') + 1)\n"
            f"class Migration(migrations.Migration):\n    dependencies = [('shop', {before!r})]\n"
            f"    operations = [{operations}]\n"
        )
    return (sys.executable, str(folder / "manage.py"), "migrate", "shop")
