package im.client;

/** Told of receipts, on the callback executor, never concurrently with another listener; dropped while the app is slow. */
@FunctionalInterface
public interface ReceiptListener {
    void onReceipt(Receipt receipt);
}
