import importlib

from django.db import migrations

# The first of what was found by what readers gave, after a place: a row without a story says how many there are
# (nothing where that is not known), then the stories. Where many of the newest are found, the listings are walked in
# their order and each story looked at. Else all that is found is taken from the index in one go: a few are sorted, more
# are met by walking the order's index alone, which is a hundred times quicker for each than looking at a story.
# A table is never read through for a limit, nothing compiled or shared out among processes: that takes longer than the
# answer.
BY_LISTING = """
    CREATE FUNCTION social_search_{name}(
        wanted tsquery, exact tsquery, since timestamptz, before bigint, before_id uuid, most integer,
        common integer, few integer, many integer, walked integer, count_to integer
    ) RETURNS TABLE (story_id uuid, value bigint, total integer)
    LANGUAGE plpgsql STABLE SET enable_seqscan = off SET plan_cache_mode = force_generic_plan
        SET jit = off SET max_parallel_workers_per_gather = 0 AS $$
    DECLARE
        -- The order of words is looked up in so many stories at a time.
        looked_at integer := CASE WHEN exact IS NOT NULL THEN 600 END;
        recent tsquery := social_search_recent(wanted, now(), 1);
        met integer := 0;
        hits uuid[];
    BEGIN
        before := coalesce(before, {largest});
        before_id := coalesce(before_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
        IF recent IS NOT NULL THEN
            SELECT count(*) INTO met FROM (
                SELECT d.vector FROM social_searchdocument d
                WHERE d.vector @@ recent AND (since IS NULL OR d.released_at >= since)
                LIMIT coalesce(looked_at, count_to)
            ) h WHERE exact IS NULL OR h.vector @@ exact;
        END IF;
        IF met < common THEN
            hits := ARRAY(
                SELECT h.story_id FROM (
                    SELECT d.story_id, d.vector FROM social_searchdocument d
                    WHERE d.vector @@ wanted AND (since IS NULL OR d.released_at >= since)
                    LIMIT coalesce(looked_at, many)
                ) h WHERE exact IS NULL OR h.vector @@ exact
            );
            met := cardinality(hits);
            IF exact IS NOT NULL THEN
                -- As many have the words as are looked at: there may be more.
                PERFORM FROM social_searchdocument d WHERE d.vector @@ wanted LIMIT looked_at;
                GET DIAGNOSTICS looked_at = ROW_COUNT;
            END IF;
        END IF;
        RETURN QUERY SELECT NULL::uuid, NULL::bigint, CASE
            WHEN met >= count_to THEN count_to WHEN hits IS NOT NULL AND looked_at IS DISTINCT FROM 600 THEN met END;
        IF met < few AND hits IS NOT NULL THEN
            RETURN QUERY SELECT l.story_id, l.{column}::bigint, NULL::integer
            FROM unnest(hits) hit JOIN social_listing l ON l.story_id = hit
            WHERE (l.{column}, l.story_id) < (before, before_id);
        ELSIF met < many AND hits IS NOT NULL THEN
            RETURN QUERY SELECT l.story_id, l.{column}::bigint, NULL::integer FROM social_listing l
            WHERE l.is_listed AND (l.{column}, l.story_id) < (before, before_id)
                AND CASE WHEN l.story_id IN (SELECT unnest(hits)) THEN true END
            ORDER BY l.{column} DESC, l.story_id DESC LIMIT most;
        ELSE
            -- One after another: asked of the index, what is found would be found as a whole first.
            RETURN QUERY SELECT l.story_id, l.{column}::bigint, NULL::integer FROM (
                SELECT l.story_id, l.{column} FROM social_listing l
                WHERE l.is_listed AND (l.{column}, l.story_id) < (before, before_id)
                ORDER BY l.{column} DESC, l.story_id DESC LIMIT walked
            ) l CROSS JOIN LATERAL (
                SELECT d.vector, d.released_at FROM social_searchdocument d WHERE d.story_id = l.story_id OFFSET 0
            ) d
            WHERE d.vector @@ wanted AND (exact IS NULL OR d.vector @@ exact)
                AND (since IS NULL OR d.released_at >= since)
            ORDER BY l.{column} DESC, l.story_id DESC LIMIT most;
        END IF;
    END $$
"""
ORDERS = {"trending": ("trend", 2**63 - 1), "loved": ("like_count", 2**31 - 1)}
# As in 0002_search, but that a phrase's words are asked of the index once for each stretch of weeks, that the longer
# stretch is as long as it has to be, and that nothing is compiled or shared out.
RANKED = """
    CREATE OR REPLACE FUNCTION social_search_ranked(
        titled tsquery, foremost tsquery, beginning tsquery, wanted tsquery, exact tsquery, since timestamptz,
        most integer, enough integer
    ) RETURNS TABLE (document_id bigint, story_id uuid, tier integer, head tsvector)
    LANGUAGE plpgsql STABLE SET enable_seqscan = off SET plan_cache_mode = force_generic_plan
        SET jit = off SET max_parallel_workers_per_gather = 0 AS $$
    DECLARE
        looked_at integer := CASE WHEN exact IS NULL THEN most ELSE 600 END;
        times integer := CASE WHEN enough > 0 THEN 1 END;
        asked tsquery := wanted;
        met integer;
        led integer := 0;
        needed integer;
        ids bigint[];
        is_all boolean := false;
    BEGIN
        IF titled IS NOT NULL THEN
            RETURN QUERY SELECT h.id, h.story_id, 0, h.head FROM (
                SELECT d.id, d.story_id, d.head, d.vector FROM social_searchdocument d
                WHERE d.vector @@ titled AND (since IS NULL OR d.released_at >= since) LIMIT 100
            ) h WHERE exact IS NULL OR h.vector @@ exact;
        END IF;
        LOOP
            IF times IS NOT NULL THEN
                asked := social_search_recent(wanted, now(), times);
            END IF;
            IF times IS NULL OR asked IS NULL THEN
                times := NULL;
                asked := wanted;
            END IF;
            IF exact IS NULL THEN
                RETURN QUERY SELECT d.id, d.story_id, CASE WHEN times IS NULL THEN 3 ELSE 2 END, d.head
                FROM social_searchdocument d
                WHERE d.vector @@ asked AND (since IS NULL OR d.released_at >= since) LIMIT most;
                GET DIAGNOSTICS met = ROW_COUNT;
                led := met;
            ELSE
                SELECT count(*), array_agg(h.id) FILTER (WHERE h.vector @@ exact) INTO led, ids FROM (
                    SELECT d.id, d.vector FROM social_searchdocument d
                    WHERE d.vector @@ asked AND (since IS NULL OR d.released_at >= since) LIMIT looked_at
                ) h;
                met := coalesce(cardinality(ids), 0);
                RETURN QUERY SELECT d.id, d.story_id, CASE WHEN times IS NULL THEN 3 ELSE 2 END, d.head
                FROM social_searchdocument d WHERE d.id = ANY (ids);
                -- As many have the words as are looked at: the next ones would have them in no better order.
                EXIT WHEN led >= looked_at;
            END IF;
            EXIT WHEN times IS NOT NULL AND met >= enough;
            IF times IS NULL THEN
                is_all := led < looked_at;
                EXIT;
            END IF;
            -- So many more weeks as promise enough, else all: an index asked for eighty weeks is slow to answer.
            needed := CASE WHEN exact IS NULL THEN enough ELSE looked_at END;
            times := CASE WHEN times = 1 AND led * 5 >= needed THEN least(8, needed * 3 / led + 2) END;
        END LOOP;
        led := 0;
        IF NOT is_all THEN
            -- The newest first where there are many.
            FOREACH asked IN ARRAY ARRAY[
                CASE WHEN times = 1 THEN social_search_recent(foremost, now(), 4) END, foremost
            ] LOOP
                CONTINUE WHEN asked IS NULL;
                RETURN QUERY SELECT h.id, h.story_id, 1, h.head FROM (
                    SELECT d.id, d.story_id, d.head, d.vector FROM social_searchdocument d
                    WHERE d.vector @@ asked AND (since IS NULL OR d.released_at >= since) LIMIT looked_at / 2
                ) h WHERE exact IS NULL OR h.vector @@ exact;
                GET DIAGNOSTICS led = ROW_COUNT;
                EXIT WHEN led >= 200;
            END LOOP;
        END IF;
        IF beginning IS NOT NULL AND led < 200 AND met < 200 THEN
            RETURN QUERY SELECT h.id, h.story_id, 1, h.head FROM (
                SELECT d.id, d.story_id, d.head, d.vector FROM social_searchdocument d
                WHERE d.vector @@ beginning AND (since IS NULL OR d.released_at >= since) LIMIT looked_at / 2
            ) h WHERE exact IS NULL OR h.vector @@ exact;
            GET DIAGNOSTICS led = ROW_COUNT;
            is_all := is_all AND led < looked_at / 2;
        END IF;
        IF is_all THEN
            RETURN QUERY SELECT NULL::bigint, NULL::uuid, 9, NULL::tsvector;
        END IF;
    END $$
"""
NEWEST = "social_search_newest(tsquery, tsquery, timestamptz, timestamptz, bigint, integer)"
SETTINGS = {"jit": "off", "max_parallel_workers_per_gather": "0"}


def run(schema_editor, statements):
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


def build(apps, schema_editor):
    orders = [
        BY_LISTING.format(name=name, column=column, largest=largest) for name, (column, largest) in ORDERS.items()
    ]
    settings = [f"ALTER FUNCTION {NEWEST} SET {name} = {value}" for name, value in SETTINGS.items()]
    run(schema_editor, [*orders, RANKED, *settings])


def take_down(apps, schema_editor):
    before = importlib.import_module("social.migrations.0002_search").POSTGRESQL
    ranked = next(statement for statement in before if "CREATE FUNCTION social_search_ranked" in statement)
    orders = [f"DROP FUNCTION social_search_{name}" for name in ORDERS]
    settings = [f"ALTER FUNCTION {NEWEST} RESET {name}" for name in SETTINGS]
    run(schema_editor, [*orders, ranked.replace("CREATE", "CREATE OR REPLACE", 1), *settings])


class Migration(migrations.Migration):

    dependencies = [
        ('social', '0008_forgotten_notifications'),
    ]

    operations = [
        migrations.RunPython(build, take_down),
    ]
