package im.relay.kafka;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The end of what may fail while it ends, which must not keep the rest from ending. */
final class Closing {
    private static final Logger LOG = LoggerFactory.getLogger(Closing.class);

    private Closing() {}

    static void quietly(AutoCloseable what) {
        try {
            what.close();
        } catch (Exception e) {
            LOG.atWarn().addKeyValue("why", e.toString()).log("not closed in order");
        }
    }
}
