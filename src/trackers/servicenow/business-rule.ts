/** Names of the system properties that the rule reads: the secret never stands in the script, and so in no update set. */
export const ruleProperties = {
  url: 'patchboard.webhook_url',
  secret: 'patchboard.webhook_secret',
  midServer: 'patchboard.mid_server',
} as const;

export const signatureHeader = 'x-patchboard-signature';
export const timestampHeader = 'x-patchboard-timestamp';

/**
 * An asynchronous business rule that says which record changed. It may be lost, doubled or late: it is a hint. Written in
 * the script engine's ES5, for the global scope. Signed with HMAC-SHA-256 over `timestamp.body`; the key is base64 there.
 */
export const businessRule = `(function executeRule(current, previous) {
  // previous is null in an asynchronous rule.
  var url = gs.getProperty('${ruleProperties.url}', '');
  if (!url) {
    return;
  }
  var body = JSON.stringify({
    v: 1,
    table: String(current.getTableName()),
    sys_id: String(current.getUniqueValue()),
    number: String(current.getValue('number') || ''),
    correlation_id: String(current.getValue('correlation_id') || ''),
    sys_mod_count: String(current.getValue('sys_mod_count') || '')
  });
  // Plain ASCII, so that both sides sign the same bytes.
  body = body.replace(/[\\u007f-\\uffff]/g, function (c) {
    return '\\\\u' + ('0000' + c.charCodeAt(0).toString(16)).slice(-4);
  });
  try {
    var message = new sn_ws.RESTMessageV2();
    message.setEndpoint(url);
    message.setHttpMethod('post');
    message.setHttpTimeout(10000);
    var midServer = gs.getProperty('${ruleProperties.midServer}', '');
    if (midServer) {
      message.setMIDServer(midServer);
    }
    message.setRequestHeader('Content-Type', 'application/json');
    var secret = gs.getProperty('${ruleProperties.secret}', '');
    if (secret) {
      var timestamp = String(Math.floor(new Date().getTime() / 1000));
      var mac = new GlideCertificateEncryption().generateMac(
        GlideStringUtil.base64Encode(secret), 'HmacSHA256', timestamp + '.' + body);
      message.setRequestHeader('X-Patchboard-Timestamp', timestamp);
      message.setRequestHeader('X-Patchboard-Signature', 'v1=' + mac);
    }
    message.disableForcedVariableSubstitution();
    message.setRequestBody(body);
    if (midServer) {
      message.executeAsync();
      return;
    }
    var response = message.execute();
    if (response.getStatusCode() >= 300) {
      gs.warn('Patchboard webhook: HTTP ' + response.getStatusCode());
    }
  } catch (error) {
    // The next poll finds the change all the same.
    gs.warn('Patchboard webhook failed: ' + error);
  }
})(current, previous);
`;
