package im.it;

/** What a client connects over. */
enum Transport {
    WS,
    TCP
}
