package im.simulator.ledger;

/** What one callback was to the ledger. */
public enum Delivery {
    /** The first callback of this message on this device. */
    FIRST,
    /** The first callback on the device that sent it: counted apart, no recipient. */
    OWN_COPY,
    /** The device had it already. */
    DUPLICATE,
    /** Nobody sent it like this: unknown number, other content or sender, or a device that takes no part. */
    CORRUPT
}
