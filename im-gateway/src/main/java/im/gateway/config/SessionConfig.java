package im.gateway.config;

import java.time.Duration;

/**
 * What holds for every connection and session.
 *
 * @param heartbeat the client pings when it has sent nothing for this long
 * @param handshakeTimeout from accept to a valid Hello, in total
 * @param windowMessages messages sent to a session and not yet acknowledged
 * @param windowBytes their bytes
 * @param unansweredSends sends of one connection that have no result yet
 * @param repush how long a message may stay unacknowledged before it is written again
 * @param loopOutboundBytes what may wait to be sent on one event loop
 * @param presenceGrace how long a uid without a connection counts as online
 * @param devices which connections of a uid stay when another one comes
 * @param receiptMembers groups with more members have no receipts
 */
public record SessionConfig(
        Duration heartbeat,
        Duration handshakeTimeout,
        int windowMessages,
        long windowBytes,
        int unansweredSends,
        Duration repush,
        long loopOutboundBytes,
        Duration presenceGrace,
        DevicePolicy devices,
        int receiptMembers) {

    public SessionConfig {
        Keys.HEARTBEAT.require(heartbeat);
        Keys.HANDSHAKE_TIMEOUT.require(handshakeTimeout);
        Keys.WINDOW_MESSAGES.require(windowMessages);
        Keys.WINDOW_BYTES.require(windowBytes);
        Keys.UNANSWERED_SENDS.require(unansweredSends);
        Keys.REPUSH.require(repush);
        Keys.LOOP_OUTBOUND_BYTES.require(loopOutboundBytes);
        Keys.PRESENCE_GRACE.require(presenceGrace);
        Keys.DEVICES.require(devices);
        Keys.GROUPS_RECEIPT_MEMBERS.require(receiptMembers);
    }
}
