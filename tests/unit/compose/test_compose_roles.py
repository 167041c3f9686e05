"""What a service is for, told from what real Compose files show."""

import pytest

from partywall.compose.roles import Clues, customary_port, guess, guesses
from partywall.model.app import Condition, Dependency, Mount, Role, Service


def clues(name, image="", words="", **more):
    ports = frozenset(more.pop("ports", ()))
    published = frozenset(more.pop("published", ()))
    return Clues(
        name=name, image=image, words=words, ports=ports | published, published=published, **more
    )


IMAGES = {
    Role.DATABASE: [
        "library/postgres",
        "postgres",
        "postgis/postgis",
        "pgvector/pgvector",
        "timescale/timescaledb",
        "timescale/timescaledb-ha",
        "supabase/postgres",
        "bitnami/postgresql",
        "immich-app/postgres",
        "tensorchord/pgvecto-rs",
        "tensorchord/vchord-postgres",
        "zalando/spilo-15",
        "mysql",
        "mariadb",
        "mongo",
        "clickhouse/clickhouse-server",
        "getmeili/meilisearch",
        "elasticsearch/elasticsearch",
        "qdrant/qdrant",
    ],
    Role.CACHE: [
        "redis",
        "bitnami/redis",
        "valkey/valkey",
        "eqalpha/keydb",
        "memcached",
        "redis/redis-stack-server",
    ],
    Role.BROKER: [
        "eclipse-mosquitto",
        "emqx/emqx",
        "hivemq/hivemq4",
        "vernemq/vernemq",
        "rabbitmq",
        "nats",
        "confluentinc/cp-kafka",
        "my/custom-mosquitto",
    ],
    Role.FILES: ["minio/minio", "chrislusf/seaweedfs", "rustfs/rustfs", "darthsim/imgproxy"],
    Role.EDGE: [
        "traefik",
        "jc21/nginx-proxy-manager",
        "haproxy",
        "linuxserver/swag",
        "nginxproxy/nginx-proxy",
    ],
}


@pytest.mark.parametrize(
    ("image", "role"), [(image, role) for role, images in IMAGES.items() for image in images]
)
def test_well_known_images(image, role):
    found = guess(clues("thing", image))
    assert found.role is role
    assert image in found.why
    assert found.confidence >= 0.7


@pytest.mark.parametrize(
    ("name", "image", "role"),
    [
        ("meta", "supabase/postgres-meta", Role.APP),
        ("rest", "postgrest/postgrest", Role.APP),
        ("exporter", "prometheuscommunity/postgres-exporter", Role.WORKER),
        ("metrics", "oliver006/redis_exporter", Role.WORKER),
        ("pgadmin", "dpage/pgadmin4", Role.WEB),
        ("adminer", "adminer", Role.WEB),
        ("pool", "edoburu/pgbouncer", Role.APP),
        ("backup", "prodrigestivill/postgres-backup-local", Role.WORKER),
        ("vault", "hashicorp/vault", Role.APP),
    ],
)
def test_images_named_after_a_server_are_none(name, image, role):
    assert guess(clues(name, image)).role is role


@pytest.mark.parametrize(
    ("seen", "role"),
    [
        (clues("setup", "postgres", "psql -h db -f /init.sql"), Role.JOB),
        (
            clues("setup", "postgres", "sh -c until pg_isready; do sleep 1; done; psql -h db"),
            Role.JOB,
        ),
        (clues("setup", "postgres", "sh -c sleep 5 && psql -h db"), Role.JOB),
        (clues("dump", "postgres", "pg_dump -h db app", restart="always"), Role.WORKER),
        (clues("flush", "redis", "redis-cli -h cache flushall"), Role.JOB),
        (clues("buckets", "minio/mc", "mc mb local/files"), Role.JOB),
        (clues("db", "postgres", "postgres -c shared_buffers=1GB"), Role.DATABASE),
        (clues("db", "postgres", "-c max_connections=200"), Role.DATABASE),
        (clues("cache", "redis", "redis-server --requirepass x"), Role.CACHE),
        (clues("cache", "redis", "sh -c redis-server --port 6379 && redis-cli ping"), Role.CACHE),
    ],
)
def test_a_server_image_used_for_its_client_is_no_server(seen, role):
    assert guess(seen).role is role


@pytest.mark.parametrize(
    ("seen", "role"),
    [
        (clues("mqtt", built=True, ports=[1883], targets=("/mosquitto/data",)), Role.BROKER),
        (clues("hub", built=True, ports=[1883, 9001], targets=("/mosquitto/config",)), Role.BROKER),
        (clues("messages", built=True, words="mosquitto -c /etc/m.conf"), Role.BROKER),
        (clues("broker", built=True), Role.BROKER),
        (clues("db", built=True, targets=("/var/lib/postgresql/data",)), Role.DATABASE),
        (clues("store", "acme/store", ports=[5432]), Role.DATABASE),
        (clues("app-db", "acme/thing"), Role.DATABASE),
        (clues("cache", built=True, words="redis-server /etc/redis.conf"), Role.CACHE),
        (clues("redis-sessions", "acme/kv"), Role.CACHE),
        (clues("pgbackup", "acme/b", targets=("/var/lib/postgresql/data",)), Role.APP),
    ],
)
def test_servers_without_a_telling_image(seen, role):
    assert guess(seen).role is role


@pytest.mark.parametrize(
    ("seen", "role"),
    [
        (clues("thing", built=True, waiters=("web", "api")), Role.JOB),
        (clues("app", built=True, words="alembic upgrade head", restart="no"), Role.JOB),
        (clues("migrate", built=True), Role.JOB),
        (clues("db-migrations", built=True), Role.JOB),
        (clues("app", words="python manage.py migrate --noinput"), Role.JOB),
        (clues("app", words="sh -c alembic upgrade head && uvicorn a:b", ports=[80]), Role.APP),
        (
            clues("web", words="sh -c python manage.py migrate && gunicorn x", published=[8000]),
            Role.WEB,
        ),
        (clues("seed", restart="no"), Role.JOB),
        (clues("report", built=True, restart="no"), Role.JOB),
        (clues("report", built=True), Role.APP),
        (clues("report", built=True, restart="on-failure"), Role.APP),
        (clues("report", built=True, restart="no", ports=[80]), Role.APP),
        (clues("report", built=True, restart="no", checked=True), Role.APP),
        (clues("mailer", built=True, restart="no"), Role.WORKER),
        (clues("api", built=True, restart="no"), Role.APP),
        (clues("db", "postgres", restart="no"), Role.DATABASE),
    ],
)
def test_jobs(seen, role):
    assert guess(seen).role is role


@pytest.mark.parametrize(
    ("seen", "role"),
    [
        (
            clues("caddy", "caddy", published=[80, 443], targets=("/etc/caddy/Caddyfile",)),
            Role.EDGE,
        ),
        (clues("gate", "caddy", published=[80, 443]), Role.EDGE),
        (
            clues("nginx", "nginx", published=[80], targets=("/etc/nginx/conf.d/default.conf",)),
            Role.EDGE,
        ),
        (clues("proxy", "nginx"), Role.EDGE),
        (clues("frontend", "nginx", targets=("/usr/share/nginx/html",)), Role.WEB),
        (clues("media", "nginx", targets=("/usr/share/nginx/html",)), Role.FILES),
        (clues("home", "caddy"), Role.WEB),
        (clues("door", built=True, published=[443]), Role.EDGE),
    ],
)
def test_own_front_doors(seen, role):
    assert guess(seen).role is role


@pytest.mark.parametrize(
    ("seen", "role"),
    [
        (clues("tasks", words="celery -A app worker"), Role.WORKER),
        (clues("x", words="celery -A app beat"), Role.WORKER),
        (clues("x", words="bundle exec sidekiq"), Role.WORKER),
        (clues("x", words="php artisan queue:work"), Role.WORKER),
        (clues("makapix-worker"), Role.WORKER),
        (clues("cron"), Role.WORKER),
        (clues("worker", ports=[9000], words="python -m worker"), Role.WORKER),
        (clues("web", published=[3000]), Role.WEB),
        (clues("shop-frontend", ports=[3000]), Role.WEB),
        (clues("api", ports=[8000]), Role.APP),
        (clues("backend"), Role.APP),
        (clues("vault", built=True, ports=[8080]), Role.FILES),
        (clues("shop", published=[8000]), Role.WEB),
        (clues("shop", ports=[8000], labels=("traefik.http.routers.x.rule",)), Role.WEB),
        (clues("shop", ports=[8000]), Role.APP),
        (clues("shop"), Role.APP),
    ],
)
def test_parts_of_the_app(seen, role):
    found = guess(seen)
    assert found.role is role
    assert found.why
    assert 0 < found.confidence < 1


def test_what_others_say_about_a_service_counts():
    job = Service(name="prepare", role=Role.APP, why="", image="acme/app:1")
    app = Service(
        name="app",
        role=Role.APP,
        why="",
        image="registry.example.com:5000/acme/app@sha256:0",
        depends_on=(Dependency("prepare", Condition.DONE),),
    )
    found = guesses({"prepare": job, "app": app})
    assert found["prepare"].role is Role.JOB
    assert found["prepare"].why == "app waits until it has completed"
    assert found["app"].role is Role.APP


@pytest.mark.parametrize(
    "image",
    [
        "postgres",
        "postgres:18-alpine",
        "docker.io/library/postgres:16@sha256:abc",
        "localhost/postgres",
        "registry.example.com:5000/mirror/postgres:17",
    ],
)
def test_registries_tags_and_digests_do_not_matter(image):
    one = Service(
        name="x",
        role=Role.APP,
        why="",
        image=image,
        mounts=(Mount(kind="volume", source="v", target="/d"),),
    )
    assert guesses({"x": one})["x"].role is Role.DATABASE


def test_customary_ports():
    assert customary_port("postgres:18", Role.DATABASE) == 5432
    assert customary_port("mysql:8", Role.DATABASE) == 3306
    assert customary_port("valkey/valkey", Role.CACHE) == 6379
    assert customary_port("", Role.BROKER) == 1883
    assert customary_port("caddy:2", Role.WEB) == 80
    assert customary_port("acme/app", Role.APP) is None


def test_what_publishes_a_port_is_no_client_of_a_server():
    words = "sh -c sleep 5 && /start.sh db createdb && /start.sh run"
    assert guess(clues("shop", "shop", words, published=(8000,), restart="always")).role is Role.WEB
    assert guess(clues("shop", "shop", words, restart="always")).role is Role.WORKER


@pytest.mark.parametrize(
    ("seen", "role"),
    [
        (clues("store", "debian", "sh -c 'exec /opt/store'", published=[27017]), Role.DATABASE),
        (clues("store", "debian", ports=[3306, 8080], published=[8080]), Role.WEB),
        (clues("post", "example/post", published=[25, 4190]), Role.APP),
        (clues("post", "example/post", published=[25, 443]), Role.EDGE),
        (clues("fix", "mongo", "sh -c\n 'chown -R 1 /data/db'", restart="on-failure"), Role.JOB),
        (clues("it", "mongo", "sh -c 'chown 1 /data; exec mongod'", restart="no"), Role.DATABASE),
        (clues("it", "mongo", "sh -c 'chown -R 1 /data/db'", restart="always"), Role.DATABASE),
        (clues("set", "mongo", "sh -c 'echo a;\n until mongosh x; do sleep 1; done'"), Role.JOB),
        (clues("set", "mongo", "sh -c 'echo a;\n exec mongod'"), Role.DATABASE),
        (clues("web", "app", "sh -c 'set -e;\n psql -c x;\n exec gunicorn a'"), Role.WEB),
    ],
)
def test_what_listens_and_what_prepares_is_told_apart(seen, role):
    assert guess(seen).role is role
