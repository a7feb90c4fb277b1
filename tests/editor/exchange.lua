-- What somebody does in Neovim, for `record.py`: the real client speaks, nothing here writes a message.
local server = vim.split(vim.env.HERALD_LSP, ' ')
local root = vim.env.HERALD_ROOT

-- A menu is answered with its first line.
vim.ui.select = function(items, _, chosen) chosen(items[1], 1) end

local function client() return vim.lsp.get_clients({ name = 'herald' })[1] end

-- Until every question is answered, and the client has had time to ask what it asks by itself (colours).
local function settle()
  vim.wait(700)
  local answered = vim.wait(20000, function()
    for _, request in pairs(client().requests) do
      if request.type == 'pending' then return false end
    end
    return true
  end)
  assert(answered, 'a question was not answered')
  vim.wait(300)
end

local function findings(count)
  assert(vim.wait(20000, function() return #vim.diagnostic.get(0) == count end),
    'not ' .. count .. ' findings: ' .. vim.inspect(vim.diagnostic.get(0)))
  settle()
end

local function keys(text)
  vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes(text, true, false, true), 'xt', false)
end

local function exchange()
  vim.filetype.add({ extension = { campaign = 'campaign' } })
  vim.api.nvim_create_autocmd('FileType', {
    pattern = 'campaign',
    callback = function() vim.lsp.start({ name = 'herald', cmd = server, root_dir = root }) end,
  })

  vim.cmd.edit(root .. '/hello.campaign')
  assert(vim.wait(20000, function() return client() and client().initialized end))
  findings(0)

  -- A mistake in the text of the mail, and its quick fix.
  keys('/pick\\.title<CR>wwciwtitel<Esc>')
  findings(1)
  vim.lsp.buf.code_action({ context = { only = { 'quickfix' } } })
  findings(0)

  -- Half a line, as far as the dot, and what could come behind it; then the line goes again.
  keys('othe last: {{ pick.<Esc>')
  settle()
  keys('A<C-x><C-o><Esc>')
  settle()
  keys('dd')
  findings(0)

  keys('/audience:<CR>wwl')
  vim.lsp.buf.hover()
  settle()
  vim.lsp.buf.references()
  settle()
  vim.cmd.cclose()
  vim.lsp.buf.definition()
  settle()
  assert(vim.api.nvim_buf_get_name(0):match('shop%.campaign$'), 'the definition is in shop.campaign')
  vim.lsp.buf.rename('regulars')
  settle()
  findings(0)
  vim.cmd.buffer('hello.campaign')
  assert(table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), '\n'):match('audience:  regulars'))

  keys('/take:<CR>wcw :<Esc>')
  vim.lsp.buf.document_symbol()
  settle()
  vim.cmd.lclose()
  vim.lsp.buf.format({ async = false, timeout_ms = 20000 })
  settle()
  findings(0)
  client():stop()
  vim.wait(3000, function() return client() == nil end)
end

local ok, problem = pcall(exchange)
if not ok then
  io.stderr:write(tostring(problem) .. '\n')
  vim.cmd.cquit()
end
vim.cmd.quitall({ bang = true })
