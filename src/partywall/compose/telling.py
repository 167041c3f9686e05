"""The telling marks of well-known images, commands, names and folders, as tables."""

from __future__ import annotations

import re

from partywall.model.app import Role

LOOKALIKES: tuple[tuple[str, Role, str], ...] = (
    (r"postgres-meta|pg-meta", Role.APP, "describes a database but is none"),
    (r"postgrest", Role.APP, "serves a database over HTTP but is none"),
    (
        r"(prometheus-)?(postgres|redis|valkey|mysqld|mongodb|pg|memcached|mosquitto|nats|node|nginx|blackbox)[-_]exporter",
        Role.WORKER,
        "exports figures of a server but is none",
    ),
    (
        (
            r"pgadmin4?|adminer|phpmyadmin|pgweb|redis-?commander|redisinsight|mongo-express|phpredmin"
            r"|mqttx?-?(explorer|web)|cloudbeaver"
        ),
        Role.WEB,
        "is a page for looking into a server",
    ),
    (r"pgbouncer|pgcat|pgpool|odyssey|supavisor", Role.APP, "stands before a database but is none"),
    (
        r"(postgres|pg|db|mysql|redis|database)[-_]?(backup|dump|s3|barman).*",
        Role.WORKER,
        "makes backups",
    ),
    (
        r".*(docker-socket-proxy|watchtower|autoheal|ofelia|diun)",
        Role.WORKER,
        "looks after containers",
    ),
    (r"hashicorp/vault|openbao(/openbao)?", Role.APP, "keeps secrets, not files"),
    (r"hivemq-swarm|mqtt2?-?prometheus|zigbee2mqtt", Role.APP, "speaks to a broker but is none"),
)
"""Images named after a server that they are not: `base` pattern, role, what they are."""

IMAGES: tuple[tuple[str, Role, str, float], ...] = (
    (
        (
            r"(.*[-_])?(postgres(ql)?|postgis|pgvecto(-?rs|r)|timescaledb(-ha)?|pgvector|spilo|supabase-postgres"
            r"|cloudnative-pg|pg_?embedding|vectorchord)([-_].*|\d*)?"
        ),
        Role.DATABASE,
        "is a PostgreSQL server",
        0.95,
    ),
    (
        (
            r"mysql(-server)?|mariadb|percona.*|mongo(db)?(-.*)?|cockroach|clickhouse(-server)?|couchdb|influxdb"
            r"|cassandra|neo4j|opensearch|elasticsearch|meilisearch|typesense|qdrant|weaviate|surrealdb|libsql.*"
            r"|rqlite|zookeeper|etcd|victoria-metrics|questdb|mssql.*|edgedb|gel|ferretdb(-.*)?"
        ),
        Role.DATABASE,
        "is a database server",
        0.9,
    ),
    (
        r"redis(-stack(-server)?|-alpine)?|valkey|keydb|dragonfly|garnet|kvrocks",
        Role.CACHE,
        "speaks Redis",
        0.95,
    ),
    (r"memcached", Role.CACHE, "is a cache", 0.9),
    (
        r"(.*[-_])?(mosquitto|emqx|hivemq(4|-ce|-edge)?|vernemq|nanomq|rmqtt|amqtt|bifromq)([-_].*)?",
        Role.BROKER,
        "is an MQTT broker",
        0.95,
    ),
    (
        r"rabbitmq.*|nats(-server|-streaming)?|activemq.*|artemis|(cp-)?kafka(-native)?|redpanda|pulsar",
        Role.BROKER,
        "is a message broker",
        0.9,
    ),
    (
        r"minio|seaweedfs|rustfs|garage|zenko.*|localstack|azurite|fake-gcs-server",
        Role.FILES,
        "stores files",
        0.85,
    ),
    (r"thumbor|imgproxy|imaginary|tusd|sftpgo|filebrowser", Role.FILES, "serves files", 0.7),
    (
        r"traefik|nginx-proxy(-manager)?|swag|haproxy|envoy|caddy-docker-proxy|cloudflared|kong|pomerium|letsencrypt.*",
        Role.EDGE,
        "is a reverse proxy",
        0.9,
    ),
)

CLIENTS = re.compile(
    r"^(?:(?:/bin/)?(?:sh|bash|ash)\s+(?:-\w+\s+)+)?['\"]?\s*(?:(?:sleep|until|while|set|export|echo)\b(?s:.*?))?"
    r"['\"]?(?:\S*/)?(psql|pg_dump(?:all)?|pg_restore|createdb|dropdb|redis-cli|valkey-cli|mosquitto_(?:pub|sub)"
    r"|mongosh?|mysqldump|mysql|mc)\b"
)
SERVERS = re.compile(r"\b(postgres|redis-server|valkey-server|mysqld|mariadbd|mongod)\b")
"""Commands that start a server, whatever else stands beside them."""
PREPARES = re.compile(r"^(?:/bin/)?(?:sh|bash|ash)\s(?s:.*)\b(?:chown|chmod)\s")
ONCE = re.compile(
    r"\b(alembic\s+upgrade|manage\.py\s+(migrate|collectstatic|loaddata)|flask\s+db\s+upgrade|migrate\s+deploy"
    r"|db:(migrate|prepare|setup|seed|push|create)|artisan\s+migrate|knex\s+migrate|sequelize\s+db:migrate"
    r"|goose\s.*\bup|atlas\s+migrate|liquibase\s.*update|flyway|dbmate\b.*\bup|sqlx\s+migrate|typeorm\s.*migration:run"
    r"|drizzle-kit\s+(migrate|push)|diesel\s+migration|ecto\.migrate|createcachetable|createsuperuser)",
    re.IGNORECASE,
)
SERVES = re.compile(
    r"(uvicorn|gunicorn|hypercorn|daphne|runserver|puma|unicorn|rails\s+s|node\s|npm\s+(run\s+)?start|serve\b|php-fpm"
    r"|nginx|httpd|celery|sidekiq)",
    re.IGNORECASE,
)
ONCE_NAME = re.compile(
    r"(^|[-_])(migrat(e|ion|ions|or)|db-?(init|setup)|init|setup|seed(er)?|bootstrap|provision|chown|permissions"
    r"|createbuckets?|collectstatic|one-?shot)([-_]|$)",
    re.IGNORECASE,
)
WORKS = re.compile(
    r"(celery\b.*\b(worker|beat)|sidekiq|\brq\s+worker|rqworker|dramatiq|huey_consumer|\barq\b|taskiq\s+worker"
    r"|queue:(work|listen)|horizon|schedule:work|good_job|solid_queue|resque|delayed_job|\bcrond?\b|supercronic"
    r"|\bworker\b|\bconsumer\b|\bscheduler\b|streamer)",
    re.IGNORECASE,
)
WORK_NAME = re.compile(
    r"(^|[-_])(workers?|celery|beat|sidekiq|queue|jobs?|cron|scheduler|consumer|background|runner|backups?|bot"
    r"|mailer|daemon|poller|indexer|tasks?)(\d+)?([-_]|$)",
    re.IGNORECASE,
)
NAMES: tuple[tuple[str, Role], ...] = (
    (r"web|www|frontend|front|ui|client|site|webapp|web-app|app-web|spa|nuxt|next", Role.WEB),
    (
        r"api|backend|back|server|app|rest|graphql|gateway|auth|core|django|rails|flask|fastapi|laravel|php",
        Role.APP,
    ),
    (r"vault|media|files?|uploads?|static|assets|storage|images|cdn|s3", Role.FILES),
    (r"edge|proxy|reverse-?proxy|ingress|lb|load-?balancer|traefik|caddy", Role.EDGE),
)
DATA: tuple[tuple[Role, str, str, int], ...] = (
    (
        Role.DATABASE,
        r"/var/lib/(postgresql|mysql)|/bitnami/(postgresql|mysql|mariadb)|/data/db$",
        "db|postgres.*|pg|database|.*[-_](db|postgres)",
        5432,
    ),
    (
        Role.BROKER,
        r"/mosquitto(/|$)|/opt/emqx|/var/lib/mosquitto",
        "mqtt|broker|mosquitto|emqx|.*[-_](mqtt|broker)",
        1883,
    ),
    (
        Role.CACHE,
        r"/var/lib/(redis|valkey)|/bitnami/(redis|valkey)",
        "redis.*|cache|valkey|.*[-_](redis|cache|valkey)",
        6379,
    ),
)
"""Role, folder of its data, names, port: two of three make it likely."""

DATA_PORTS = {1433: "SQL Server", 3306: "MySQL", 9042: "Cassandra", 27017: "MongoDB"}
"""Ports that only such a server has, and what has it."""
MAIL_PORTS = frozenset({25, 110, 143, 465, 587, 993, 995, 4190})

PORTS: tuple[tuple[str, int], ...] = (
    (r"(.*[-_])?(caddy|nginx|openresty|httpd|traefik|whoami)([-_].*)?", 80),
    (r"mysql.*|mariadb|percona.*", 3306),
    (r"mongo.*", 27017),
    (r"memcached", 11211),
    (r"rabbitmq.*", 5672),
    (r"nats.*", 4222),
    (r"minio", 9000),
    (r"(open|elastic)search", 9200),
    (r"meilisearch", 7700),
    (r"clickhouse.*", 8123),
)
"""Where images listen that do not need to be told: `base` pattern, port."""
