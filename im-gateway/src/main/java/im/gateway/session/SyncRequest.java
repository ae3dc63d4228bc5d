package im.gateway.session;

import im.protocol.ConversationKey;

/** A page that a client asked for, checked. */
record SyncRequest(long ref, ConversationKey conversation, long after, int limit) {}
