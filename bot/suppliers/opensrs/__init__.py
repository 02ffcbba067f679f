"""The reseller OpenSRS: envelope, transport, contacts, answers, and the port made of them."""
