-- Compares routes that a node registered with what is there, and writes those that are missing or older.
-- KEYS[i] routes of the i-th uid, as in register_route.lua; all in one bucket
-- ARGV[1] node, packed
-- ARGV[2] nodes that the caller was before, packed, each with a space before and behind it
-- ARGV[3i] device of the i-th route, ARGV[3i+1] its attempt, ARGV[3i+2] its connection, and
-- " <group>" behind it if it has one
-- Returns a list of those that are not as they were: {i, 1} written; {i, 0, attempt, node} held by another connection,
-- whose attempt is larger or the same.
local answer = {}
for i = 1, #KEYS do
  local device, attempt, connection = ARGV[3 * i], ARGV[3 * i + 1], ARGV[3 * i + 2]
  local mine = attempt .. ' ' .. ARGV[1] .. ' ' .. connection
  local stored = redis.call('HGET', KEYS[i], device)
  if stored ~= mine then
    local there, node
    if stored then
      there, node = string.match(stored, '^(%d+) (%d+) %-?%d+')
    end
    if there and (#there > #attempt or (#there == #attempt and there > attempt)
        or (there == attempt and not string.find(ARGV[2], ' ' .. node .. ' ', 1, true))) then
      answer[#answer + 1] = {i, 0, there, node}
    else
      redis.call('HSET', KEYS[i], device, mine)
      answer[#answer + 1] = {i, 1}
    end
  end
end
return answer
