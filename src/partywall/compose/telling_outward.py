"""The marks of services that act on the world beyond the app, as tables."""

from __future__ import annotations

import re

MAIL = "sends mail"
BACKUPS = "makes backups"
SCHEDULES = "runs things by the clock"
UPDATES = "replaces containers, or tells people of new images"
DNS = "changes names in the DNS"
TUNNEL = "opens a tunnel to the world"
CERTIFICATES = "gets certificates"
PAYMENTS = "takes events from a payment provider"
FEDERATION = "speaks to other servers of a federation"

IMAGES: tuple[tuple[str, str], ...] = (
    (
        (
            r"(docker-)?mailserver|postfix(-relay|-docker)?|(docker-)?exim(4|-relay|-smtp)?|(namshi|bytemark)/smtp"
            r"|(docker-)?smtp-(server|relay)|mail-?relay|opensmtpd|haraka|maddy|stalwart"
            r"|stalwartlabs/mail-server|msmtpd?"
        ),
        MAIL,
    ),
    (
        (
            r"(postgres(ql)?|pg|db|mysql|mariadb|mongo(db)?|redis|database)[-_]?(backup|dump|barman)"
            r"([-_].*)?"
            r"|.*[-_]backup|docker-volume-backup|restic|resticker|autorestic|(docker-)?borgmatic|borg"
            r"|duplicati|duplicacy(-web)?|kopia|rclone|wal-g|pgbackrest|barman|postgres-backup-s3"
        ),
        BACKUPS,
    ),
    (
        (
            r"ofelia|(docker-)?supercronic|(docker-)?cron(icle)?|crontab|chadburn|deck-chores|dkron"
            r"|swarm-cronjob"
        ),
        SCHEDULES,
    ),
    (r"watchtower|diun|ouroboros|mazzolino/shepherd|sergi0g/cup", UPDATES),
    (
        (
            r"(docker-)?ddclient|ddns-(updater|go)|(oznu-|docker-)?cloudflare-(ddns|dyndns|companion)"
            r"|(docker-)?(duckdns|inadyn|no-?ip|godns|dyndns)|.*[-_](ddns|dyndns)|external-dns"
            r"|traefik-cloudflare-companion"
        ),
        DNS,
    ),
    (
        (
            r"cloudflared|ngrok|localtunnel|frpc|tailscale|inlets(-pro|-client)?|pagekite|zrok|fosrl/newt"
            r"|(docker-)?autossh"
        ),
        TUNNEL,
    ),
    (
        (
            r"certbot(-.*)?|certbot/dns-.*|acme\.sh"
            r"|acme-companion|letsencrypt-nginx-proxy-companion|goacme/lego|dehydrated"
        ),
        CERTIFICATES,
    ),
    (r"stripe-cli", PAYMENTS),
    (r"(activity|pub|selective)-relay", FEDERATION),
)
"""What an image's name is, whole or its last part, and what such a service does."""

NAMES: tuple[tuple[str, str], ...] = (
    (
        (
            r"(.*[-_])?(mailer|smtp|postfix|exim|sendmail|mail-?(relay|sender)|smtp-?(relay|server)"
            r"|email-?sender)"
        ),
        MAIL,
    ),
    (r"(.*[-_])?(backups?|pg-?dump|db-?dump|restic|borg(matic)?)([-_](s3|db|data|job))?", BACKUPS),
    (
        r"(.*[-_])?(cron|crond|crontab|cron-?jobs?|schedulers?|celery-?beat|beat)|cron[-_].*",
        SCHEDULES,
    ),
    (r"watchtower", UPDATES),
    (r"(.*[-_])?(ddns|dyndns|dns-?updater)", DNS),
    (r"(.*[-_])?tunnel|cloudflared|ngrok", TUNNEL),
    (r"certbot|acme|letsencrypt", CERTIFICATES),
    (r"stripe(-cli|-listen(er)?)?|(payments?|stripe|paypal|paddle)[-_]?webhooks?", PAYMENTS),
    (r"(.*[-_])?federat(ion|or)([-_](sender|worker))?", FEDERATION),
)
"""What a service is called that nobody calls, and what such a one does."""

_START = (
    r"^(?:(?:/bin/)?(?:sh|bash|ash)\s+(?:-\w+\s+)+)?(?:(?:while|until|sleep|trap|set|exec)\b.*?)?"
    r"['\"]?(?:\S*/)?"
)
COMMANDS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(_START + r"(crond?|supercronic|yacron|go-cron|cron\.sh)\b"), SCHEDULES),
    (
        re.compile(
            r"\bcelery\b(?!.*\bworker\b).*\bbeat\b|\brqscheduler\b|\bschedule:(run|work)\b|\bclockwork\b"
        ),
        SCHEDULES,
    ),
    (
        re.compile(
            _START
            + r"(pg_dump(all)?|mysqldump|mariadb-dump|mongodump|restic\s.*backup|borg\s+create)\b"
        ),
        BACKUPS,
    ),
    (re.compile(_START + r"certbot\s+(renew|certonly)\b"), CERTIFICATES),
    (re.compile(r"\bstripe\s+listen\b"), PAYMENTS),
    (re.compile(_START + r"(cloudflared\s+tunnel|ngrok\s|ddclient\b)"), TUNNEL),
)
"""What a service runs that nobody calls, and what such a one does."""

SERVES = re.compile(
    r"\b(uvicorn|gunicorn|hypercorn|daphne|runserver|puma|php-fpm|nginx|httpd|apache2?|supervisord"
    r"|proxy-dns|rclone\s+serve)\b"
)
"""Commands that answer calls, whatever they do beside."""

STORES = re.compile(
    r"^-|\b(postgres|redis-server|valkey-server|keydb-server|mysqld|mariadbd|mongod)\b"
)
"""What datastores are started by; options alone are for the server of the image."""
