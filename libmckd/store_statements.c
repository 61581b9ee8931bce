/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store_priv.h"

/* Every statement of the store, so that a test can ask for the plan of each. */
const char *const mckd_store_sql[MCKD_SQL_COUNT] = {
	[MCKD_SQL_CARD_GET] = "SELECT dea1, dea2, full, epoch, last_ticket, mk, htk, status, reason, "
	    "counter, epoch_seen, provisioning, strict, expires, last_use, pin_must_change, "
	    "(SELECT count(*) FROM ticket WHERE ticket.card = card.card), "
	    "(SELECT count(*) FROM ticket WHERE ticket.card = card.card AND sent = 0) "
	    "FROM card WHERE card = ?1",
	[MCKD_SQL_CARD_INSERT] = "INSERT INTO card (card, dea1, dea2, full, epoch, last_ticket, mk, htk, "
	    "status, reason, counter, epoch_seen, provisioning, strict, expires, last_use, "
	    "pin_must_change) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, "
	    "?15, ?16, ?17)",
	/* A login may have come between the caller's read and this: what only grows, grows. */
	[MCKD_SQL_CARD_REPLACE] = "UPDATE card SET dea1 = ?2, dea2 = ?3, full = ?4, epoch = ?5, "
	    "last_ticket = ?6, mk = ?7, htk = ?8, reason = iif(?9 >= status, ?10, reason), "
	    "status = max(status, ?9), counter = max(counter, ?11), "
	    "epoch_seen = max(epoch_seen, ?12), provisioning = ?13, strict = ?14, expires = ?15, "
	    "last_use = max(last_use, ?16), pin_must_change = ?17 WHERE card = ?1",
	[MCKD_SQL_CARD_DELETE] = "DELETE FROM card WHERE card = ?1",
	[MCKD_SQL_CARD_STATUS] = "UPDATE card SET status = ?2, reason = ?3 WHERE card = ?1",
	[MCKD_SQL_CARD_ACCEPT] = "SELECT counter, epoch_seen, status, epoch, "
	    "(SELECT (retired | compromised) >> (?3 - 1) & 1 FROM application WHERE card = ?1 AND slot = ?2), "
	    "?4 IS NULL OR EXISTS (SELECT 1 FROM assignment WHERE card = ?1 AND slot = ?2 AND "
	    "(?4 = '' OR user = ?4)) FROM card WHERE card = ?1",
	[MCKD_SQL_CARD_ACCEPTED] = "UPDATE card SET counter = ?2, epoch_seen = max(epoch_seen, ?3), "
	    "last_use = ?4 WHERE card = ?1",
	[MCKD_SQL_CARD_SUSPEND] = "UPDATE card SET status = 1, reason = ?2 WHERE card = ?1 AND status = 0",
	[MCKD_SQL_CARD_RECEIPT] = "UPDATE card SET epoch_seen = max(epoch_seen, ?2), "
	    "provisioning = provisioning AND EXISTS (SELECT 1 FROM ticket WHERE ticket.card = ?1) "
	    "WHERE card = ?1",
	[MCKD_SQL_CARD_CHAIN] = "UPDATE card SET epoch = ?2, last_ticket = ?3, strict = ?4 WHERE card = ?1",
	[MCKD_SQL_CARD_NEXT] = "SELECT card FROM card WHERE card > ?1 ORDER BY card LIMIT 256",
	[MCKD_SQL_CARD_RANGE] = "SELECT card FROM card WHERE card BETWEEN ?1 AND ?2 LIMIT 2",
	[MCKD_SQL_APP_GET] = "SELECT slot, name, flags, mechanism, period, retired, compromised, duress, "
	    "ksel, sn, hdk, retired_at FROM application WHERE card = ?1 ORDER BY slot",
	[MCKD_SQL_APP_PUT] = "INSERT INTO application (card, slot, name, flags, mechanism, period, "
	    "retired, compromised, duress, ksel, sn, hdk, retired_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, "
	    "?9, ?10, ?11, ?12, ?13) ON CONFLICT (card, slot) DO UPDATE SET name = ?3, flags = ?4, "
	    "mechanism = ?5, period = ?6, retired = ?7, compromised = ?8, duress = ?9, ksel = ?10, "
	    "sn = ?11, hdk = ?12, retired_at = ?13",
	[MCKD_SQL_APP_DELETE] = "DELETE FROM application WHERE card = ?1 AND slot = ?2",
	[MCKD_SQL_CARDS_OF] = "SELECT DISTINCT card FROM assignment WHERE user = ?2 AND card > ?1 "
	    "ORDER BY card LIMIT 256",
	[MCKD_SQL_USER_NEXT] = "SELECT user, slot FROM assignment WHERE card = ?1 AND "
	    "(slot, user) > (?2, ?3) ORDER BY slot, user LIMIT 1",
	[MCKD_SQL_ASSIGN] = "INSERT INTO assignment (card, slot, user) VALUES (?1, ?2, ?3)",
	[MCKD_SQL_UNASSIGN] = "DELETE FROM assignment WHERE card = ?1 AND slot = ?2 AND user = ?3",
	[MCKD_SQL_UNASSIGN_ALL] = "DELETE FROM assignment WHERE card = ?1 AND user = ?2",
	[MCKD_SQL_TICKET_ADD] = "INSERT INTO ticket (card, epoch, body) VALUES (?1, ?2, ?3)",
	[MCKD_SQL_TICKET_NEXT] = "SELECT epoch, body FROM ticket WHERE card = ?1 AND epoch > ?2 "
	    "ORDER BY epoch LIMIT 1",
	[MCKD_SQL_TICKET_DONE] = "DELETE FROM ticket WHERE card = ?1 AND epoch <= ?2",
	[MCKD_SQL_DATA_VERSION] = "PRAGMA data_version",
	[MCKD_SQL_TICKET_SENT] = "UPDATE ticket SET sent = ?4 WHERE card = ?1 AND epoch BETWEEN ?2 AND ?3 "
	    "AND (sent = 0 OR ?4 > 1)",
	[MCKD_SQL_TICKET_DROP] = "DELETE FROM ticket WHERE card = ?1 AND epoch > ?2",
	[MCKD_SQL_TICKET_OTHERS] = "SELECT count(*) FROM ticket WHERE card = ?1 AND NOT EXISTS (SELECT 1 "
	    "FROM rotated WHERE rotated.card = ?1 AND rotated.epoch < ticket.epoch AND ticket.epoch <= next)",
	[MCKD_SQL_ROTATION_NEW] = "INSERT INTO rotation (at, what, cards, until) VALUES (?1, ?2, ?3, ?4)",
	[MCKD_SQL_ROTATION_CARDS] = "UPDATE rotation SET cards = ?2 WHERE id = ?1",
	[MCKD_SQL_ROTATION_NEXT] = "SELECT id, at, what, cards, until FROM rotation WHERE id > ?1 "
	    "ORDER BY id LIMIT 1",
	[MCKD_SQL_ROTATION_LEAVE] = "UPDATE rotation SET cards = cards - (SELECT count(*) FROM rotated "
	    "WHERE card = ?1 AND epoch >= ?2 AND rotated.rotation = rotation.id) "
	    "WHERE id IN (SELECT rotation FROM rotated WHERE card = ?1 AND epoch >= ?2)",
	[MCKD_SQL_ROTATED_ADD] = "INSERT INTO rotated (card, epoch, next, rotation, until, body) "
	    "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	[MCKD_SQL_ROTATED_GET] = "SELECT next, rotation, until, body FROM rotated WHERE card = ?1 AND epoch = ?2",
	[MCKD_SQL_ROTATED_DROP] = "DELETE FROM rotated WHERE card = ?1 AND epoch >= ?2",
	[MCKD_SQL_ROTATED_DONE] = "DELETE FROM rotated WHERE card = ?1 AND next <= ?2",
	[MCKD_SQL_ROTATED_NEXT] = "SELECT card, epoch, next, rotation, until, "
	    "(SELECT ifnull(max(sent), 65535) FROM ticket WHERE ticket.card = rotated.card AND "
	    "ticket.epoch > rotated.epoch AND ticket.epoch <= next), "
	    "(SELECT status FROM card WHERE card.card = rotated.card), "
	    "(SELECT last_use FROM card WHERE card.card = rotated.card), "
	    "(SELECT full FROM card WHERE card.card = rotated.card) "
	    "FROM rotated WHERE (card, epoch) > (?1, ?2) ORDER BY card, epoch LIMIT 256",
	[MCKD_SQL_EVENT_ADD] = "INSERT INTO event (at, card, kind, user, service, origin, application, "
	    "verdict, reason, mechanism, epoch, sn_index) "
	    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
	[MCKD_SQL_EVENT_PRUNE] = "DELETE FROM event WHERE (at < ?1 OR id <= (SELECT max(id) FROM event) - ?2) "
	    "AND id IN (SELECT id FROM event WHERE id > 0 ORDER BY id LIMIT 8)",
	[MCKD_SQL_EVENT_FIRST] = "SELECT id FROM event ORDER BY id DESC LIMIT 1 OFFSET ?1",
	[MCKD_SQL_EVENT_NEXT] = "SELECT id, at, card, epoch, sn_index, kind, user, service, origin, "
	    "application, verdict, reason, mechanism FROM event WHERE id > ?1 ORDER BY id LIMIT 1",
	[MCKD_SQL_EVENT_NAME] = "UPDATE event SET user = ?2, verdict = ?3, reason = ?4 WHERE id = ?1",
	[MCKD_SQL_HOST_GET] = "SELECT name, id, applications, users, serial, exported FROM host "
	    "WHERE name = ?1",
	[MCKD_SQL_HOST_NEXT] = "SELECT name, id, applications, users, serial, exported FROM host "
	    "WHERE name > ?1 ORDER BY name LIMIT 1",
	[MCKD_SQL_HOST_PUT] = "INSERT INTO host (name, id, applications, users, serial, exported) "
	    "VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (name) DO UPDATE SET id = ?2, "
	    "applications = ?3, users = ?4, serial = ?5, exported = ?6",
	[MCKD_SQL_META_HOST] = "UPDATE meta SET value = ?1 WHERE name = 'host'",
	[MCKD_SQL_SELF_GET] = "SELECT name, serial FROM self WHERE one = 1",
	[MCKD_SQL_SELF_PUT] = "INSERT INTO self (one, name, serial) VALUES (1, ?1, ?2) "
	    "ON CONFLICT (one) DO UPDATE SET name = ?1, serial = ?2",
	[MCKD_SQL_RECEIPT_PUT] = "INSERT INTO receipt (card, epoch, receipt) VALUES (?1, ?2, ?3) "
	    "ON CONFLICT (card) DO UPDATE SET epoch = ?2, receipt = ?3",
	[MCKD_SQL_RECEIPT_HAS] = "SELECT 1 FROM receipt WHERE card = ?1",
	[MCKD_SQL_RECEIPT_NEXT] = "SELECT card, epoch, receipt FROM receipt WHERE card > ?1 "
	    "ORDER BY card LIMIT 1",
	[MCKD_SQL_RECEIPT_DROP] = "DELETE FROM receipt WHERE card = ?1",
	[MCKD_SQL_ACCOUNT_ADD] = "INSERT INTO account (uid, name, gecos, home, shell) VALUES (?1, ?2, ?3, ?4, ?5)",
	[MCKD_SQL_ACCOUNT_CHANGE] = "UPDATE account SET gecos = ifnull(?2, gecos), home = ifnull(?3, home), "
	    "shell = ifnull(?4, shell) WHERE name = ?1 AND withdrawn = 0",
	[MCKD_SQL_ACCOUNT_WITHDRAW] = "UPDATE account SET withdrawn = 1 WHERE name = ?1 AND withdrawn = 0",
	[MCKD_SQL_ACCOUNT_OF] = "SELECT uid FROM account WHERE name = ?1 AND withdrawn = 0",
	[MCKD_SQL_ACCOUNT_LAST] = "SELECT max(ifnull((SELECT max(uid) FROM account WHERE uid BETWEEN ?1 AND ?2), -1), "
	    "ifnull((SELECT max(gid) FROM account_group WHERE gid BETWEEN ?1 AND ?2), -1))",
	/* Locked: of the cards of that name, none is left that is not revoked. */
	[MCKD_SQL_ACCOUNT_NEXT] = "SELECT uid, name, gecos, home, shell, NOT EXISTS (SELECT 1 FROM assignment "
	    "JOIN card USING (card) WHERE user = account.name AND status < 2) "
	    "FROM account WHERE uid > ?1 AND withdrawn = 0 ORDER BY uid LIMIT 1",
	[MCKD_SQL_GROUP_ADD] = "INSERT INTO account_group (gid, name) VALUES (?1, ?2)",
	[MCKD_SQL_GROUP_OF] = "SELECT gid FROM account_group WHERE name = ?1",
	[MCKD_SQL_GROUP_NEXT] = "SELECT gid, name FROM account_group WHERE gid > ?1 ORDER BY gid LIMIT 1",
	[MCKD_SQL_MEMBER_ADD] = "INSERT OR IGNORE INTO member (gid, uid) VALUES (?1, ?2)",
	[MCKD_SQL_MEMBER_NONE] = "DELETE FROM member WHERE uid = ?1",
	[MCKD_SQL_MEMBER_NEXT] = "SELECT member.uid, name FROM member JOIN account USING (uid) "
	    "WHERE gid = ?1 AND member.uid > ?2 AND withdrawn = 0 ORDER BY member.uid LIMIT 1",
	[MCKD_SQL_SETTING_GET] = "SELECT value FROM meta WHERE name = ?1",
	[MCKD_SQL_SETTING_PUT] = "INSERT INTO meta (name, value) VALUES (?1, ?2) "
	    "ON CONFLICT (name) DO UPDATE SET value = ?2",
};
