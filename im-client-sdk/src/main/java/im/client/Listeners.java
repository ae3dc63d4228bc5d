package im.client;

import im.protocol.v1.Feature;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who is called back.
 *
 * @param receipts null if the app wants none
 * @param groups whether they are given what stands in groups
 * @param passing null if the app wants no transient messages
 */
record Listeners(
        MessageListener messages,
        ConnectionStateListener states,
        TruncationListener truncations,
        OutcomeListener outcomes,
        PresenceListener presences,
        @Nullable ReceiptListener receipts,
        @Nullable TransientListener passing,
        boolean groups) {

    /** What the gateway is to send because somebody listens. */
    List<Feature> features() {
        List<Feature> features = new ArrayList<>();
        if (receipts != null) {
            features.add(Feature.RECEIPTS);
        }
        if (passing != null) {
            features.add(Feature.TRANSIENT);
        }
        if (groups) {
            features.add(Feature.GROUPS);
        }
        return features;
    }
}
