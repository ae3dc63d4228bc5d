-- A node does not watch uids any more.
-- KEYS[i] who watches the i-th uid, as in presence_seen.lua; all in one bucket
-- ARGV[1] node, packed
for i = 1, #KEYS do
  redis.call('HDEL', KEYS[i], ARGV[1])
end
return #KEYS
