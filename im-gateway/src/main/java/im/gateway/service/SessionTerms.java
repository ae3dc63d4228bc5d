package im.gateway.service;

import im.gateway.config.DevicePolicy;
import im.relay.Retention;
import java.time.Duration;

/**
 * What a session keeps to; all of it is told to the client in Welcome.
 *
 * @param node this process, as clients and logs see it
 * @param heartbeat the longest a client may say nothing; a client may ask for a shorter one, down to 1 s
 * @param windowMessages how many messages may be written to a device and not acknowledged, 1 to 512
 * @param windowBytes the same in bytes of placed messages, 128 KiB to 256 KiB
 * @param unansweredSends how many sends of one connection may wait for their result, 1 to 10 000
 * @param dedupeWindow within which a retry is recognized
 * @param retention how much of each conversation the store holds
 * @param repush how long a message may stay unacknowledged before it is written again, at least 100 ms
 * @param devices which connections of a uid stay when another one comes
 * @param receiptMembers groups with more members have no receipts
 */
public record SessionTerms(
        String node,
        Duration heartbeat,
        int windowMessages,
        int windowBytes,
        int unansweredSends,
        Duration dedupeWindow,
        Retention retention,
        Duration repush,
        DevicePolicy devices,
        int receiptMembers) {

    /**
     * How long a send may be held before it is given to the log; what the log itself may take comes on top, and is no
     * more than this again (D12).
     */
    public Duration appendWithin() {
        return dedupeWindow.dividedBy(8);
    }
}
