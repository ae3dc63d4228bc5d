package im.gateway.config;

import im.relay.Retention;
import im.relay.group.GroupTerms;
import java.time.Duration;

/**
 * The local message log.
 *
 * @param dedupeWindow repeats of a message within this time of one another are the same message
 * @param queueMessages messages that may wait for the writer; above it sends are refused as overloaded
 * @param queueBytes their bytes
 * @param cacheBytes memory for blocks read from disk
 * @param retention how much of each conversation is held
 * @param groups the bounds of groups
 */
public record MessageLogConfig(
        Duration dedupeWindow,
        int queueMessages,
        long queueBytes,
        long cacheBytes,
        Retention retention,
        GroupTerms groups) {

    public MessageLogConfig {
        Keys.DEDUPE_WINDOW.require(dedupeWindow);
        Keys.QUEUE_MESSAGES.require(queueMessages);
        Keys.QUEUE_BYTES.require(queueBytes);
        Keys.CACHE.require(cacheBytes);
        Keys.RETENTION_TIME.require(retention.time());
        Keys.RETENTION_MESSAGES.require(retention.messages());
        Keys.RETENTION_BYTES.require(retention.bytes());
        Keys.GROUPS_MAX_MEMBERS.require(groups.maxMembers());
        Keys.GROUPS_MAX_PER_UID.require(groups.maxGroups());
    }
}
