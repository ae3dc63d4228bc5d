-- Raises cursors and read marks of some uids of a bucket. Never above what the index can vouch for: a cursor above that
-- would hide messages to come.
--
-- KEYS[1] marks     as in merge.lua
-- KEYS[2...] of each raise three: index as in merge.lua, devices as in compare.lua, cursors or read marks (hash:
--            conversation -> position)
-- ARGV[1] now       ms
-- ARGV[2] devices   of a uid at most
-- then of each raise: device (empty for a read mark), conversation, partition, position
-- Answers for each raise the position that is stored now, or 0 when it was not raised

-- Whether the device may have cursors: one that a server knows and Redis has forgotten becomes known again.
local function is_known(devices, device)
  if redis.call('HEXISTS', devices, device) == 1 then
    return true
  end
  if redis.call('HLEN', devices) >= tonumber(ARGV[2]) then
    return false
  end
  redis.call('HSET', devices, device, ARGV[1] .. ' ' .. ARGV[1] .. ' c ')
  return true
end

-- Where no mark is, the index is being rebuilt and knows nothing: what the server judged counts (D21).
-- Of groups the index does not know the heads: whoever raises has judged by the view.
local function bounded(index, conversation, partition, position, is_read)
  if string.sub(conversation, 1, 1) == 'g' then
    return position
  end
  local mark = redis.call('HGET', KEYS[1], partition)
  local entry = redis.call('HGET', index, conversation)
  local bound = entry and string.match(entry, '%d+')
  if not is_read and mark and tonumber(mark) > tonumber(bound or '0') then
    bound = mark
  end
  if bound and tonumber(bound) < tonumber(position) then
    return bound
  elseif not bound and mark then
    return '0'
  end
  return position
end

local answer = {}
local at = 3
for key = 2, #KEYS, 3 do
  local device, conversation, partition, position = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  at = at + 4
  local raised = 0
  if device == '' or is_known(KEYS[key + 1], device) then
    local bound = bounded(KEYS[key], conversation, partition, position, device == '')
    local stored = redis.call('HGET', KEYS[key + 2], conversation)
    if tonumber(bound) > tonumber(stored or '0') then
      redis.call('HSET', KEYS[key + 2], conversation, bound)
      raised = bound
    end
  end
  answer[#answer + 1] = raised
end
return answer
